"""What the endpoints of annotations are handed."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from cota.annotations.service import Submissions


async def submissions_of(connection: HTTPConnection) -> Submissions:
    submissions: Submissions = connection.app.state.submissions
    return submissions


SubmissionsDep = Annotated[Submissions, Depends(submissions_of)]
