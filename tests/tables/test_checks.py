"""Checks: each comparison gives a verdict, and what does not hold says what is wrong."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter

from openbaar.errors import Place
from openbaar.recipe.records import StatedTotal
from openbaar.tables.judging.checks import Check
from openbaar.tables.judging.rules import Evidence, Rule
from openbaar.tables.judging.sum_checks import stated_totals
from openbaar.tables.judging.verdicts import Verdict, judge

PLACE = Place("d.txt", 7)
A = [
    {"year": 2020, "kind": "x", "n": 3},
    {"year": 2020, "kind": "y", "n": 4},
    {"year": 2021, "kind": "x", "n": None},
]
B = [{"year": 2020, "n": 7}, {"year": 2021, "n": 0}]


CHECK: TypeAdapter[Rule] = TypeAdapter(Check)


def check(**keys: Any) -> Rule:
    return CHECK.validate_python({"name": "c", **keys})


def outcome(verdicts: list[Verdict]) -> list[tuple[str, str, int, int, str, str | None]]:
    return [(v.id, v.scope, int(v.stated), int(v.computed), v.outcome, v.detail) for v in verdicts]


@pytest.mark.parametrize(
    ("stated", "checks", "expected"),
    [
        (7, [], ("a-total-n-2020-line7", "year = 2020", 7, 7, "equal", None)),
        (8, [], ("a-total-n-2020-line7", "year = 2020", 8, 7, "different", "8 stated, 7 computed")),
        (8, [1], ("a-total-n-2020-line7", "year = 2020", 8, 7, "explained", None)),
        (
            7,
            [1],
            (
                "a-total-n-2020-line7",
                "year = 2020",
                7,
                7,
                "different",
                "the known difference is 1, found 0",
            ),
        ),
    ],
)
def test_a_stated_total_is_compared_with_its_rows(
    stated: int, checks: list[int], expected: tuple[Any, ...]
) -> None:
    known = [
        check(name="k", total="n", where={"year": 2020}, difference=each, anomaly="why")
        for each in checks
    ]
    totals = [StatedTotal("n", {"year": 2020}, Decimal(stated), PLACE)]
    verdicts = stated_totals("a", A, totals, known)
    assert outcome(verdicts) == [expected]
    assert verdicts[0].anomaly == ("why" if expected[4] == "explained" else None)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (
            B,
            [
                ("a-c-2020", "year = 2020", 7, 7, "equal", None),
                ("a-c-2021", "year = 2021", 0, 0, "equal", None),
            ],
        ),
        (
            [{"year": 2020, "n": 8}],
            [
                ("a-c-2020", "year = 2020", 8, 7, "different", "8 stated, 7 computed"),
                ("a-c-2021", "year = 2021", 0, 0, "different", "only a has it"),
            ],
        ),
        (
            [*B, {"year": 2022, "n": 1}],
            [
                ("a-c-2020", "year = 2020", 7, 7, "equal", None),
                ("a-c-2021", "year = 2021", 0, 0, "equal", None),
                ("a-c-2022", "year = 2022", 1, 0, "different", "only b has it"),
            ],
        ),
    ],
)
def test_an_identity_is_compared_for_each_group_of_either_table(
    other: list[Any], expected: list[Any]
) -> None:
    same = check(sum="n", by="year", equals={"table": "b"})
    assert outcome(same.verdicts("a", Evidence({"a": A, "b": other}))) == expected


def test_where_and_without_choose_the_rows_of_a_sum() -> None:
    stated = check(
        sum="n",
        where={"year": [2020, 2021]},
        without={"kind": "y", "year": 2020},
        equals={"line": "(.*)"},
    )
    evidence = Evidence({"a": A}, StatedTotal("n", {}, Decimal(3), PLACE))
    verdict = stated.verdicts("a", evidence)[0]
    assert (verdict.scope, verdict.outcome, verdict.place) == (
        "year = 2020/2021, not (kind = y, year = 2020)",
        "equal",
        PLACE,
    )


BEGUN = [
    {"begun": 2021, "done": 2021, "n": 5, "status": "normal", "source_lines": "1"},
    {"begun": 2022, "done": 2021, "n": None, "status": "cannot_exist", "source_lines": "2"},
    {"begun": 2023, "done": 2022, "n": 1, "status": "doubtful", "source_lines": "3"},
    {"begun": 2021, "done": 2023, "n": None, "status": "not_yet", "source_lines": "4"},
]
EARLY = {"begun": "2023", "done": "2022"}


@pytest.mark.parametrize(
    ("rows", "anomaly", "verdict", "detail"),
    [
        (BEGUN[:2], None, "equal", None),
        (BEGUN, EARLY, "explained", None),
        (BEGUN, None, "different", "line 3: begun 2023 but done 2022, n 1"),
        (BEGUN[:2], EARLY, "different", "the anomaly 'early' has gone"),
        (
            [{**BEGUN[0], "status": "cannot_exist"}],
            None,
            "different",
            "line 1: begun 2021 but done 2021, n 5",
        ),
        ([{**BEGUN[1], "n": 2}], None, "different", "line 2: begun 2022 but done 2021, n 2"),
    ],
)
def test_nothing_ends_before_it_begins(
    rows: list[Any], anomaly: dict[str, str] | None, verdict: str, detail: str | None
) -> None:
    named = {"anomaly": "early"} if anomaly else {}
    rule = check(not_before=("begun", "done"), value="n", **named)
    evidence = Evidence({"a": rows}, concerned={"early": anomaly} if anomaly else {})
    found = rule.verdicts("a", evidence)[0]
    assert (found.outcome, found.detail) == (verdict, detail)


@pytest.mark.parametrize(
    ("quarters", "detail"),
    [
        ([1, 1, 2, 3], None),
        ([1, 3], "line 2: q 3 follows 1"),
        ([2, 1], "line 2: q 1 follows 2"),
    ],
)
def test_periods_count_on(quarters: list[int], detail: str | None) -> None:
    rows = [
        {"q": quarter, "source_lines": str(line)} for line, quarter in enumerate(quarters, start=1)
    ]
    found = check(consecutive="q").verdicts("a", Evidence({"a": rows}))[0]
    assert (found.outcome, found.detail) == ("different" if detail else "equal", detail)


@pytest.mark.parametrize(
    ("share", "detail"),
    [
        ("10.17", None),
        ("10.2", None),
        ("10", None),
        (None, None),
        ("10.18", "line 1: share 10.18, but part/whole is 10.1744%"),
    ],
)
def test_a_share_is_one_number_in_percent_of_another_as_far_as_it_is_printed(
    share: str | None, detail: str | None
) -> None:
    rows = [{"part": 70, "whole": 688, "share": share and Decimal(share), "source_lines": "1"}]
    found = check(percent="share", of=("part", "whole")).verdicts("a", Evidence({"a": rows}))[0]
    assert (found.outcome, found.detail) == ("different" if detail else "equal", detail)


def test_an_anomaly_explains_the_shares_of_the_rows_that_it_concerns() -> None:
    wrong = {"part": 70, "whole": 688, "share": Decimal("10.18"), "source_lines": "1"}
    rule = check(percent="share", of=("part", "whole"), anomaly="rounded")
    concerned = {"rounded": {"part": "70"}}
    found = rule.verdicts("a", Evidence({"a": [wrong]}, concerned=concerned))[0]
    assert (found.outcome, found.anomaly, found.detail) == ("explained", "rounded", None)
    others = [wrong, {**wrong, "part": 71}]
    found = rule.verdicts("a", Evidence({"a": others}, concerned=concerned))[0]
    assert (found.outcome, found.computed) == ("different", 2)


def test_words_are_counted() -> None:
    rows = [{"text": "een twee\ndrie"}, {"text": None}]
    found = check(words="text", count=4).verdicts("a", Evidence({"a": rows}))
    assert outcome(found) == [("a-c", "", 4, 3, "different", "4 stated, 3 computed")]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "give exactly one of sum, total, not_before, consecutive, words, percent"),
        ({"sum": "n", "words": "n"}, "give exactly one of"),
        ({"sum": "n"}, "equals"),
        ({"words": "n"}, "count"),
        (
            {"sum": "n", "equals": {"table": "b"}, "difference": 3},
            "a known 'difference' needs the 'anomaly' that explains it",
        ),
        ({"words": "n", "count": 1, "by": "kind"}, "Extra inputs are not permitted"),
    ],
)
def test_a_check_that_says_too_little_or_too_much_is_refused(
    keys: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        check(**keys)


def test_rounding_that_was_declared_is_a_verdict_of_its_own_and_no_more_than_that() -> None:
    near = judge(Decimal("100.1"), Decimal("100.05"), within=Decimal("0.05"))
    assert (near.outcome, near.detail) == (
        "rounded", "a difference of up to 0.05 was declared as rounding",
    )  # fmt: skip
    assert judge(Decimal(5), Decimal(5), within=Decimal(1)).outcome == "equal"
    assert judge(Decimal(5), Decimal("6.01"), within=Decimal(1)).outcome == "different"


def test_a_truncated_share_holds_within_what_was_declared() -> None:
    rows = [{"share": Decimal("33.2"), "part": 1, "whole": 3}]
    evidence = Evidence({"a": rows})
    strict = check(percent="share", of=("part", "whole"))
    loose = check(percent="share", of=("part", "whole"), within=Decimal("0.2"))
    assert [rule.verdicts("a", evidence)[0].outcome for rule in (strict, loose)] == [
        "different", "equal",
    ]  # fmt: skip
