"""The map of risk of the sample city, and what becomes of records that patrols follow, for docs/risk.md."""

import lacrime_geo as lg

from .layouts import DIVISIONS, INCIDENTS, beside, made, tall_map


def risk_map(work):
    """Draw where the next week's burglaries are expected, the budget outlined."""
    found, layer = made(work / "risk.gpkg", lg.predict_risk(INCIDENTS, category="burglary", boundary=DIVISIONS))
    used = found.parameters
    words = f"Expected by burglaries and all crime before · cells of {used['cell_size']:g} m · n = {int(found['known'].sum()):,}"
    sheet = tall_map([layer], f"Risk of burglary, {used['horizon']} days from {used['origin']}", words)
    sheet.text(f"Outlined: {used['caption'][:1].lower()}{used['caption'][1:]}", beside(15, 9), bold=True)
    sheet.classes(layer, beside(26, 40), columns=1)
    prior = f"{100 * used['caught_by_prior_counts']:.0f} %"
    sheet.text(
        f"At {used['caught']['origins']} past weeks, as known then;\nprior counts would have caught {prior}",
        beside(63, 9),
    )
    return sheet


def feedback_urn(work):
    """Draw two districts alike between which a patrol is sent by what is recorded of each, naively and corrected."""
    return lg.urn_simulation()


PICTURES = {"risk_map": risk_map, "feedback_urn": feedback_urn}
