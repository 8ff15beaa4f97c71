"""The address of a query to the portal: the right data set, the right rows, read back as it was asked."""

import csv
import io
import sqlite3
from datetime import date, timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portal import Portal, rows_of

import lacrime_geo as lg
from lacrime_geo.data.categories import CATEGORIES, NIBRS_CATEGORIES, OTHER
from lacrime_geo.data.portal import portal_columns
from lacrime_geo.data.portal.portal_data_sets import DATA_SETS
from lacrime_geo.data.portal.portal_query import AREAS
from lacrime_geo.data.portal.socrata import Query

SQL = sqlite3.connect(":memory:")
YEAR = {"since": "2023-01-01", "until": "2024-01-01"}


def options_of(url):
    return dict(parse_qsl(urlsplit(url).query, strict_parsing=True))


def data_set_of(url):
    return urlsplit(url).path.removeprefix("/resource/").removesuffix(".csv")


@pytest.mark.parametrize(
    ("asked", "portal_name"),
    [
        ({"since": "2010-01-01", "until": "2020-01-01"}, "63jg-8b9z"),
        ({"until": "2015"}, "63jg-8b9z"),
        ({"since": "2020-01-01", "until": "2024-03-07"}, "2nrs-mtv8"),
        ({"since": "2026-01-01"}, "k7nn-b2ep"),
        ({"since": "2025-06", "until": "2026-01"}, "y8y3-fqfu"),
        ({"dataset": "legacy_2020"}, "2nrs-mtv8"),
        ({"dataset": "63jg-8b9z"}, "63jg-8b9z"),
        ({"dataset": "nibrs_2024", "since": "2024-03-07", "until": "2026-01-01"}, "y8y3-fqfu"),
        ({"dataset": "nibrs", "since": "2024-06-01", "until": "2024-07-01"}, "k7nn-b2ep"),
        ({"dataset": "legacy_2020", "since": "2024-06-01", "until": "2024-07-01"}, "2nrs-mtv8"),
    ],
)
def test_the_period_chooses_the_data_set(asked, portal_name):
    assert data_set_of(lg.lapd_url(**asked)) == portal_name


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "Neither a period nor a data set was named"),
        ({"since": "2023-01-01"}, "two record systems, which are not joined"),
        ({"since": "2024-03-01", "until": "2024-03-08"}, "or name one data set: legacy_2020, nibrs_2024"),
        ({"since": "2019-12-31", "until": "2020-01-02"}, "the first until 2020-01-01, the second since 2020-01-01"),
        ({"until": "2022-01-01"}, "in two data sets of one record system"),
        ({"since": "2025-06", "until": "2026-06"}, "the first until 2026-01-01, the second since 2026-01-01"),
        ({"since": "2009-12-31", "until": "2011-01-01"}, "holds incidents from 2010-01-01 on"),
        ({"until": "2009-01-01"}, "choose a later period"),
        ({"since": "2023-02-01", "until": "2023-01-01"}, "must be earlier than until"),
        ({"since": "soon"}, "since must be a date such as"),
        ({**YEAR, "since": "2023-01-01T06:00"}, "since must be a day"),
        ({**YEAR, "dataset": "2025"}, "dataset must be one of legacy_2010"),
        ({**YEAR, "dataset": "nibrs"}, "The data set nibrs holds from 2024-03-07 on, asked for was from 2023-01-01"),
        ({"dataset": "legacy_2020", "since": "2024-12-01", "until": "2025-01-02"}, "holds 2020-01-01 to 2024-12-31"),
        ({"dataset": "legacy_2020", "since": "2025-01-01"}, "holds 2020-01-01 to 2024-12-31"),
        ({**YEAR, "category": "burglery"}, "category must be of homicide, .*, other, got burglery"),
        ({**YEAR, "category": " , "}, "got none"),
        ({**YEAR, "category": 5}, "category must be of homicide, .* got 5"),
        ({**YEAR, "area": 6.5}, "area must be a number from 1 to 21 .* got '6.5'"),
        ({**YEAR, "area": 22}, "area must be a number from 1 to 21 or a name of Central"),
        ({**YEAR, "area": "Hollywood'; drop"}, "area must be a number"),
        ({**YEAR, "columns": "lat, nibr_code"}, "columns must be of those of legacy_2020 .* got nibr_code"),
        ({**YEAR, "limit": 0}, "limit must be a whole number of at least 1, got 0"),
        ({**YEAR, "offset": -1}, "offset must be a whole number of at least 0, got -1"),
        ({**YEAR, "limit": True}, "limit must be a whole number"),
    ],
)
def test_what_cannot_be_asked_is_said(asked, said):
    with pytest.raises(ValueError, match=said):
        lg.lapd_url(**asked)


def test_the_thinning_out_of_the_old_system_is_said(caplog):
    with caplog.at_level("INFO", "lacrime_geo"):
        lg.lapd_url(dataset="legacy_2020", since="2024-01-01", until="2024-03-07")
        assert "thin out" not in caplog.text
        lg.lapd_url(dataset="legacy_2020", since="2024-01-01")
    assert "the incidents of legacy_2020 thin out through 2024, which is no fall in crime" in caplog.text


def test_columns_of_victims_are_asked_for_only_by_name(caplog):
    with caplog.at_level("INFO", "lacrime_geo"):
        selected = options_of(lg.lapd_url(**YEAR))["$select"].split(",")
    assert [name for name in portal_columns.LEGACY if name not in selected] == ["vict_age", "vict_sex", "vict_descent"]
    assert "left out: vict_age, vict_sex, vict_descent" in caplog.text
    everything = options_of(lg.lapd_url(**YEAR, columns="all"))["$select"].split(",")
    assert everything == list(portal_columns.LEGACY)
    assert options_of(lg.lapd_url(**YEAR, columns=["lat", "vict_age"]))["$select"] == "dr_no,lat,vict_age"
    offences = options_of(lg.lapd_url(dataset="nibrs"))["$select"].split(",")
    assert "`group`" in offences and not set(offences) & set(portal_columns.OF_VICTIMS)


def test_a_year_and_a_month_stand_for_their_first_days():
    where = options_of(lg.lapd_url(since=2023, until="2023-03"))["$where"]
    assert where == "date_occ >= '2023-01-01T00:00:00' and date_occ < '2023-03-01T00:00:00'"
    assert options_of(lg.lapd_url(since=date(2023, 1, 1), until=date(2023, 3, 1)))["$where"] == where


def test_all_rows_are_asked_for_where_no_limit_is_named():
    # Without a limit the portal gives 1,000.
    assert int(options_of(lg.lapd_url(**YEAR))["$limit"]) > 2_000_000
    assert options_of(lg.lapd_url(**YEAR, limit=7, offset=3))["$limit"] == "7"


def test_rows_are_in_an_order_without_ties():
    for data_set in DATA_SETS:
        order = options_of(lg.lapd_url(dataset=data_set.name))["$order"]
        assert order == f"{data_set.identifier},:id" and data_set.identifier in data_set.columns


def test_areas_are_asked_for_by_number_and_by_name():
    where = "area in ('06','6','15')"
    for asked in ([6, 15], "6, 15", "hollywood,N Hollywood", ["N Hollywood", "06"], (6.0, 15.0)):
        assert options_of(lg.lapd_url(**YEAR, area=asked))["$where"].endswith(where)
    assert lg.lapd_url(**YEAR, area=6) == lg.lapd_url(**YEAR, area=6.0) == lg.lapd_url(**YEAR, area="6")
    assert len(AREAS) == 21


def test_areas_are_those_of_the_real_file(lacrime_data):
    pandas = pytest.importorskip("pandas")
    real = pandas.read_csv(lacrime_data / "lapd_citywide_2023-09_2023-10.csv.gz", usecols=["AREA", "AREA NAME"])
    found = real.drop_duplicates().sort_values("AREA")
    assert dict(enumerate(AREAS, 1)) == dict(zip(found["AREA"], found["AREA NAME"]))


def test_official_columns_are_those_of_the_real_file(lacrime_data):
    with open(lacrime_data / "lapd_official_format_874rows.csv", newline="") as file:
        assert list(portal_columns.LEGACY.values()) == next(csv.reader(file))


days = st.integers(0, 1460).map(lambda n: date(2020, 1, 1) + timedelta(n))
categories = st.lists(st.sampled_from([*CATEGORIES, OTHER]), min_size=1, max_size=3)
areas = st.lists(st.integers(1, 21), min_size=1, max_size=3)


periods = st.tuples(days, st.integers(1, 60)).map(lambda p: (p[0], p[0] + timedelta(p[1])))


@given(
    period=periods,
    category=st.none() | categories,
    area=st.none() | areas,
    limit=st.none() | st.integers(1, 10**9),
    offset=st.integers(0, 10**9),
)
def test_an_address_is_read_back_as_it_was_asked(period, category, area, limit, offset):
    since, until = period
    url = lg.lapd_url(since=since, until=until, category=category, area=area, limit=limit, offset=offset)
    assert url.isascii() and not set(" '\"+") & set(url)
    assert all(len(values) == 1 for values in parse_qs(urlsplit(url).query, strict_parsing=True).values())
    query = Query.of(url)
    assert query.paged and query.offset == offset and (limit is None or query.limit == limit)
    # Taken apart and put together again it is the same, however often.
    assert Query.of(query.address) == query
    assert Query.of(query.page(0, 10)).options == query.options


@given(period=periods, category=st.none() | categories, area=st.none() | areas)
def test_the_condition_holds_for_the_rows_asked_for_and_no_others(period, category, area):
    since, until = period
    where = options_of(lg.lapd_url(since=since, until=until, category=category, area=area))["$where"]
    of_code = {code: name for name, codes in CATEGORIES.items() for code in codes} | {900: OTHER}
    for code, name in of_code.items():
        for day in (since - timedelta(1), since, until - timedelta(1), until):
            for number in {1, 21, *(area or [])}:
                row = dict(date_occ=f"{day}T00:00:00.000", crm_cd=str(code), area=f"{number:02}")
                wanted = since <= day < until and (category is None or name in category)
                assert fits(where, **row) == (wanted and (area is None or number in area)), row


def test_a_row_without_a_code_is_other():
    for data_set, code in (("legacy_2010", "crm_cd"), ("nibrs", "nibr_code")):
        where = options_of(lg.lapd_url(dataset=data_set, category="other"))["$where"]
        assert fits(where, **{code: None}) and not fits(where, **{code: "120" if data_set == "nibrs" else "210"})


def fits(where, **row):
    """Tell whether a row meets a condition, which SQL understands as SoQL does."""
    columns = ", ".join(f"? as {name}" for name in row)
    (found,) = SQL.execute(f"select count(*) from (select {columns}) where {where}", list(row.values()))
    return found == (1,)


@pytest.mark.parametrize("slug", [*NIBRS_CATEGORIES, OTHER])
def test_categories_of_nibrs_are_by_its_codes(slug):
    where = options_of(lg.lapd_url(dataset="nibrs", category=slug))["$where"]
    for code, own in [(code, name) for name, codes in NIBRS_CATEGORIES.items() for code in codes] + [("35A", OTHER)]:
        assert fits(where, nibr_code=code) == (own == slug)


def test_the_rows_of_a_category_are_those_that_the_reader_puts_into_it():
    portal = Portal(rows_of(300))
    asked = options_of(lg.lapd_url(since="2023-01-01", until="2023-03-01", category="burglary", columns="all"))
    numbers = {row["dr_no"] for row in csv.DictReader(io.StringIO(portal.answer(asked).decode()))}
    right = {
        row["dr_no"] for row in portal.rows if row["crm_cd"] == "310" and row["date_occ"][:7] in ("2023-01", "2023-02")
    }
    assert numbers == right and 0 < len(right) < 60
