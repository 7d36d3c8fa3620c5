"""Each refusal has its own name: a program can tell causes apart, a person can act on them."""

from cota.errors import DomainError, Expired, problem_types


def test_problem_types__every_cause__has_its_own_slug_title_and_status() -> None:
    causes = list(problem_types().values())
    subclasses = DomainError.__subclasses__()
    finer = [below for cause in subclasses for below in cause.__subclasses__() if "slug" in vars(below)]
    assert set(causes) == {DomainError, *subclasses, *finer}
    assert len({cause.slug for cause in causes}) == 1 + len(subclasses) + len(finer)
    assert len({cause.title for cause in causes}) == len(causes)
    for cause in causes:
        assert 400 <= cause.status < 600
        assert cause.__doc__
        assert cause.type_path() == f"/problems/{cause.slug}"


def test_domain_error__without_detail__tells_its_title_and_keeps_extras() -> None:
    refusal = Expired(server_time=7)
    assert (refusal.detail, refusal.extra) == (Expired.title, {"server_time": 7})
