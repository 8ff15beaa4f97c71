"""What agencies call their columns, in plain names: small letters, without spaces and signs."""

from __future__ import annotations

import re

from .tables import LATITUDE, LONGITUDE

# Coordinates are named in pairs; degrees come first, since their CRS is known.
PLACES = (
    (LONGITUDE.replace("_", ""), LATITUDE.replace("_", "")),
    ("longitude", "latitude"),
    ("lon", "lat"),
    ("lng", "lat"),
    ("long", "lat"),
    ("x", "y"),
    ("xcoordinate", "ycoordinate"),
    ("xcoordina", "ycoordina"),
    ("xcoord", "ycoord"),
    ("pointx", "pointy"),
    ("easting", "northing"),
)
# In the words of agencies, without spaces and signs; when it began before when it was reported.
REPORTED = (
    *(
        "reported",
        "reporteddate",
        "datereported",
        "reportdate",
        "daterptd",
        "reporteddatetime",
        "reportdatetime",
        "rptdt",
    ),
    *("datereport", "dateofreport", "reportedon", "reportedat"),
)
NAMES = {
    "date": (
        *(
            "occurred",
            "occurreddate",
            "dateoccurred",
            "dateocc",
            "occdate",
            "occurdate",
            "occurredon",
            "occurrencedate",
        ),
        *("incidentdate", "incidentdatetime", "dateofincident", "crimedate", "offensedate", "datetimeoccurred"),
        *("occurredfrom", "occurredfromdate", "occurrencedatefrom", "occurfromdate", "occurredstart", "offensestart"),
        *(
            "offensestartdatetime",
            "cmplntfrdt",
            "datetime",
            "date",
            "startdate",
            "datestart",
            "startdatetime",
            "fromdate",
        ),
        *("datefrom", "datetimefrom", "begindate", "datesingle", "timestamp", *REPORTED),
    ),
    "time": (
        *("occurredtime", "timeoccurred", "timeocc", "occtime", "occurtime", "incidenttime", "timeofincident"),
        *(
            "crimetime",
            "offensetime",
            "occurredfromtime",
            "occurfromtime",
            "cmplntfrtm",
            "time",
            "starttime",
            "timestart",
        ),
        *("fromtime", "timefrom", "begintime"),
    ),
    "end": (
        *("occurredto", "occurredtodate", "occurredthrough", "occurrencedateto", "occurtodate", "occurredend"),
        *("occurredenddate", "offenseend", "offenseenddatetime", "cmplnttodt", "enddate", "dateend", "enddatetime"),
        *("todate", "dateto", "datetimeto"),
    ),
    "end_time": (
        *(
            "occurredtotime",
            "occurredthroughtime",
            "occurtotime",
            "cmplnttotm",
            "endtime",
            "timeend",
            "totime",
            "timeto",
        ),
    ),
    "reported": REPORTED,
    "category_column": (
        *(
            "category",
            "crimecategory",
            "offensecategory",
            "incidentcategory",
            "primarytype",
            "crimetype",
            "offensetype",
        ),
        *("incidenttype", "calltype", "crime", "offense", "offence", "crmcddesc", "offensedescription"),
        *("crimedescription", "ofnsdesc", "type", "description"),
    ),
    "id": (
        *(
            "incidentid",
            "incidentnumber",
            "incidentnum",
            "incidentno",
            "casenumber",
            "caseno",
            "caseid",
            "reportnumber",
        ),
        *(
            "reportno",
            "reportid",
            "complaintnumber",
            "cmplntnum",
            "eventid",
            "eventnumber",
            "callid",
            "crimeid",
            "drno",
        ),
        *("uid", "id", "objectid"),
    ),
}
# Dates and places of something else than the incident: where the victim lives, when the row was edited.
OF_SOMETHING_ELSE = re.compile(
    r"birth|dob$|updat|modif|edited|closed|cleared|arrest|dispos|expir|^(victim|suspect|offender|home|resid)"
)


def is_of_something_else(name: str) -> bool:
    """Tell whether a column is called like a date or a place of something else than the incident.

    >>> is_of_something_else("Birth Date"), is_of_something_else("VICTIM_LAT"), is_of_something_else("Date")
    (True, True, False)
    """
    return OF_SOMETHING_ELSE.search(plain_name(name)) is not None


def plain_name(name: str) -> str:
    """Return a column's name in small letters, without spaces and signs.

    >>> plain_name("DATE_OCC "), plain_name("Date Occ.")
    ('dateocc', 'dateocc')
    """
    return re.sub(r"[^a-z0-9]", "", name.lower())
