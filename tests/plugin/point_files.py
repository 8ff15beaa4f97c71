"""Files of points in several formats, with gaps, odd geometries and all kinds of columns, for the tests of reading."""

from osgeo import gdal, ogr

ENDINGS = {"GPKG": "gpkg", "GeoJSON": "geojson", "FlatGeobuf": "fgb", "ESRI Shapefile": "shp"}
TYPES = {
    "number": ogr.OFTInteger,
    "serial": ogr.OFTInteger64,
    "harm": ogr.OFTReal,
    "kind": ogr.OFTString,
    "written": ogr.OFTString,
    "day": ogr.OFTDate,
    "moment": ogr.OFTDateTime,
    "sure": ogr.OFTInteger,
    "fid": ogr.OFTInteger,
}
COLUMNS = [name for name in TYPES if name != "fid"]


def row_of(number):
    """Return the values of one row, each column with gaps of its own."""
    values = {
        "number": number % 7 - 3,
        "serial": 2**40 + number,
        "harm": number / 3,
        "kind": ("burglary", "Täuschung", "", "vol à l’arraché")[number % 4],
        "written": f"{1 + number % 12:02d}/15/2023 08:{number % 60:02d}:00 PM",
        "day": f"20{10 + number % 40}/01/{1 + number % 28:02d}",
        "moment": f"{1971 + number % 70}/03/12 02:{number % 60:02d}:{number % 60:02d}.250",
        "sure": number % 2,
        "fid": 7 * number,
    }
    return {name: None if number % (11 + at) == 5 else value for at, (name, value) in enumerate(values.items())}


def shape_of(number):
    """Return WKT of a point; some rows have none, an empty one, or one with Z or M."""
    x, y = -118.4 + number % 97 / 1000, 34.0 + number % 89 / 1000
    odd = {3: None, 4: "POINT EMPTY", 5: f"POINT Z ({x} {y} 7)", 6: f"POINT M ({x} {y} 7)", 8: "POINT (0 0)"}
    return odd.get(number % 50, f"POINT ({x} {y})")


def is_plain(geometry):
    """Tell whether there is a geometry, with x and y alone."""
    return not (geometry is None or geometry.IsEmpty() or geometry.Is3D() or geometry.IsMeasured())


def write(path, driver="GPKG", rows=300, shape=shape_of, kind=ogr.wkbPoint, columns=COLUMNS, options=()):
    """Write a file with the columns named and return its path.

    With its spatial index FlatGeobuf has no rows without geometry and no Z or M beside plain points: older GDAL drops
    them in silence, newer refuses them.
    """
    from osgeo import osr

    degrees = osr.SpatialReference()
    degrees.ImportFromEPSG(4326)
    dataset = gdal.GetDriverByName(driver).Create(str(path), 0, 0, 0, gdal.GDT_Unknown)
    table = dataset.CreateLayer("points", degrees, kind, list(options))
    for name in columns:
        field = ogr.FieldDefn(name, TYPES[name])
        field.SetSubType(ogr.OFSTBoolean if name == "sure" else ogr.OFSTNone)
        table.CreateField(field)
    table.StartTransaction()
    for number in range(rows):
        geometry = None if shape(number) is None else ogr.CreateGeometryFromWkt(shape(number))
        if driver == "FlatGeobuf" and not is_plain(geometry):
            continue
        feature = ogr.Feature(table.GetLayerDefn())
        for name, value in row_of(number).items():
            if value is not None and name in columns:
                feature.SetField(name, value)
        feature.SetGeometry(geometry)
        table.CreateFeature(feature)
    table.CommitTransaction()
    return path


def change(path, sql):
    """Change a GeoPackage behind QGIS's back."""
    dataset = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_UPDATE)
    dataset.ExecuteSQL(sql)


def opened(path):
    from qgis.core import QgsVectorLayer

    layer = QgsVectorLayer(str(path), "points", "ogr")
    assert layer.isValid()
    return layer
