"""Columns of the city's portal: what its interface calls them, and the official CSV; which describe victims."""

from __future__ import annotations

# Crime Data from 2010 to 2019 and from 2020 on: the interface's name, the official CSV's name.
LEGACY = {
    "dr_no": "DR_NO",
    "date_rptd": "Date Rptd",
    "date_occ": "DATE OCC",
    "time_occ": "TIME OCC",
    "area": "AREA",
    "area_name": "AREA NAME",
    "rpt_dist_no": "Rpt Dist No",
    "part_1_2": "Part 1-2",
    "crm_cd": "Crm Cd",
    "crm_cd_desc": "Crm Cd Desc",
    "mocodes": "Mocodes",
    "vict_age": "Vict Age",
    "vict_sex": "Vict Sex",
    "vict_descent": "Vict Descent",
    "premis_cd": "Premis Cd",
    "premis_desc": "Premis Desc",
    "weapon_used_cd": "Weapon Used Cd",
    "weapon_desc": "Weapon Desc",
    "status": "Status",
    "status_desc": "Status Desc",
    "crm_cd_1": "Crm Cd 1",
    "crm_cd_2": "Crm Cd 2",
    "crm_cd_3": "Crm Cd 3",
    "crm_cd_4": "Crm Cd 4",
    "location": "LOCATION",
    "cross_street": "Cross Street",
    "lat": "LAT",
    "lon": "LON",
}

# The NIBRS offenses, one row each, of 2024 and 2025; the interface's names are the only ones known.
NIBRS_2024 = (
    "caseno",
    "uniquenibrno",
    "date_rptd",
    "date_occ",
    "time_occ",
    "area",
    "area_name",
    "rpt_dist_no",
    "totaloffensecount",
    "group",
    "nibr_code",
    "nibr_description",
    "crime_against",
    "premis_desc",
    "weapon_desc",
    "status",
    "status_desc",
    "totalvictimcount",
    "victim_shot",
    "domestic_violence_crime",
    "hate_crime",
    "gang_related_crime",
    "transit_related_crime",
    "homeless_victim_crime",
    "homeless_suspect_crime",
    "homeless_arrestee_crime",
    "location",
    "lat",
    "lon",
)

# The place, which the later data set of NIBRS offenses names otherwise: its name, that of 2024.
HUNDRED_BLOCK = {"hndrdth_loc_chk": "location", "hndrdth_lat": "lat", "hndrdth_lon": "lon"}
NIBRS = (*(name for name in NIBRS_2024 if name not in HUNDRED_BLOCK.values()), *HUNDRED_BLOCK)

# Left out unless they are asked for.
OF_VICTIMS = ("vict_age", "vict_sex", "vict_descent", "victim_shot", "homeless_victim_crime")

# What tells rows apart, of either schema.
IDENTIFIERS = ("dr_no", "uniquenibrno")
