"""HTTP of pictures and sounds: request -> **api** -> media."""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect

from cota.auth.deps import CurrentWallet, TokenWallet
from cota.datasets import media, uploads
from cota.datasets.media import Medium
from cota.datasets.schemas import MediumAnswer
from cota.errors import BadRequest, Forbidden, InvalidBody, NotFound, NotSignedIn, UnknownDataset
from cota.http.bodies import StrictRoute
from cota.http.paths import Bytes32Path
from cota.http.problems import BodyTooLarge, documented
from cota.http.services import Services
from cota.http.sessions import Read, ServicesDep
from cota.units import Hash32, to_hex

router = APIRouter(tags=["media"], route_class=StrictRoute)

_BODY: dict[str, Any] = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}
_SAFE = {
    # Even a browser that is sent to it shows it alone, without scripts, forms or frames.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, max-age=31536000, immutable",
}


@router.post(
    "/datasets/{dataset}/media",
    operation_id="upload_medium",
    status_code=201,
    max_body_size=2 * media.LARGEST,
    openapi_extra={"requestBody": _BODY},
    responses=documented(BadRequest, NotSignedIn, Forbidden, UnknownDataset, InvalidBody, BodyTooLarge),
)
async def upload_medium(
    dataset: Bytes32Path, request: Request, wallet: TokenWallet, services: ServicesDep
) -> MediumAnswer:
    """The publisher keeps a picture or sound, at most 128 MiB, and puts its address into items. What it is follows from
    its first bytes; the same file again has the same address."""
    await media.require_own(services.database, dataset, wallet)
    declared = request.headers.get("content-length", "")
    length = int(declared) if declared.isdecimal() else None
    try:
        async with uploads.spooled(request.stream(), media.LARGEST, length) as file:
            return _show(services, await media.save(services, dataset, file))
    except ClientDisconnect as error:
        raise BadRequest("the upload broke off: nothing of it is kept") from error


@router.get(
    "/media/{token}",
    operation_id="get_medium",
    response_class=StreamingResponse,
    responses={
        200: {
            "content": {kind: {} for kind in media.ENDINGS},
            "description": "The file as it was uploaded",
        },
        **documented(NotFound),
    },
)
async def get_medium(token: Bytes32Path, services: ServicesDep, session: Read) -> StreamingResponse:
    """A picture or sound, for whoever was shown its address."""
    found = await media.find(session, token)
    name = f"{found.key[:16]}.{media.ENDINGS[found.type]}"
    headers = _SAFE | {
        "Content-Length": str(found.size),
        "Content-Disposition": f'inline; filename="{name}"',
        "ETag": f'"{found.key}"',
    }
    pieces: Iterator[bytes] = services.content.chunks(found.key)
    return StreamingResponse(pieces, headers=headers, media_type=found.type)


@router.delete(
    "/datasets/{dataset}/media/{token}",
    operation_id="remove_medium",
    status_code=204,
    responses=documented(NotSignedIn, Forbidden, UnknownDataset, NotFound),
)
async def remove_medium(
    dataset: Bytes32Path, token: Bytes32Path, wallet: CurrentWallet, services: ServicesDep
) -> Response:
    """The publisher takes a file away for good."""
    await media.require_own(services.database, dataset, wallet)
    await media.remove(services.database, services.content, dataset, token)
    return Response(status_code=204)


def _show(services: Services, found: Medium) -> MediumAnswer:
    return MediumAnswer(
        token=Hash32(found.token),
        url=f"{services.settings.api_url}/v1/media/{to_hex(found.token)}",
        sha256=Hash32(bytes.fromhex(found.key)),
        type=found.type,
        size=found.size,
        width=found.width,
        height=found.height,
        orientation=found.orientation,
    )
