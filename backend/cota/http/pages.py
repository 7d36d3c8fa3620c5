"""What a person finds first: the start page, the API's description, what each problem means.

Promises: neither page needs anything from another host; the description of problems is made from the problems' own
classes, so it cannot lag behind.
"""

from importlib.resources import files
from inspect import cleandoc

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from cota.errors import NotFound, problem_types
from cota.http.problems import documented
from cota.http.schemas import Answer

router = APIRouter(tags=["pages"])


class ProblemAnswer(Answer):
    type: str
    title: str
    status: int
    meaning: str


class ProblemsAnswer(Answer):
    items: list[ProblemAnswer]


@router.get("/", include_in_schema=False)
async def start() -> HTMLResponse:
    return _page("start.html")


@router.get("/docs", include_in_schema=False)
async def docs() -> HTMLResponse:
    return _page("docs.html")


@router.get("/problems", operation_id="list_problems")
async def list_problems() -> ProblemsAnswer:
    """Every refusal that the API knows."""
    known = sorted(problem_types().items())
    return ProblemsAnswer(items=[_show(slug) for slug, _ in known])


@router.get("/problems/{slug}", operation_id="get_problem", responses=documented(NotFound))
async def get_problem(slug: str) -> ProblemAnswer:
    """What one refusal means and what to do about it."""
    if slug not in problem_types():
        raise NotFound("there is no such problem type")
    return _show(slug)


def _page(name: str) -> HTMLResponse:
    return HTMLResponse(files("cota.http").joinpath(name).read_text("utf-8"))


def _show(slug: str) -> ProblemAnswer:
    cause = problem_types()[slug]
    return ProblemAnswer(
        type=cause.type_path(), title=cause.title, status=cause.status, meaning=cleandoc(cause.__doc__ or "")
    )
