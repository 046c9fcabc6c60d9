"""The menu: the rooms' pages under fixed addresses, in the reader's language. Streamlit runs this script."""

from pathlib import Path

import streamlit as st

from analysis import page
from analysis.copies.page import render as copies
from analysis.display_limit.page import render as display
from analysis.funnel.page import render as funnel
from analysis.health.page import render as health
from analysis.home.page import render as home
from analysis.milestones.page import render as milestones
from analysis.models.page import render as models
from analysis.readout.page import render as readout
from analysis.time_to_tap.page import render as taps
from analysis.verification.page import render as bench
from analysis.why.page import render as why

LOOKS = Path(__file__).resolve().parent / ".streamlit"

st.set_page_config(page_title="Kazasu", page_icon=str(LOOKS / "favicon.png"), layout="wide")
st.logo(str(LOOKS / "logo.svg"), icon_image=str(LOOKS / "mark.svg"), size="large")

# Section -> pages: (address, what draws it, icon). A new question is one folder and one line here.
MENU = {
    "": [("home", home, "home")],
    page.t("nav.look"): [
        ("funnel", funnel, "filter_alt"),
        ("why", why, "help_center"),
        ("milestones", milestones, "compare_arrows"),
        ("taps", taps, "touch_app"),
        ("display", display, "timer"),
        ("copies", copies, "chat_bubble"),
        ("models", models, "phone_android"),
        ("bench", bench, "speed"),
    ],
    page.t("nav.experiment"): [("readout", readout, "science")],
    page.t("nav.operate"): [("health", health, "monitor_heart")],
}

pages = {
    section: [
        st.Page(
            draw,
            title=page.t(f"nav.{address}"),
            icon=f":material/{icon}:",
            url_path=address,
            default=address == "home",
            help=page.t(f"nav.{address}.help"),
        )
        for address, draw, icon in rooms
    ]
    for section, rooms in MENU.items()
}
page.room_pages({one.url_path or "home": one for section in pages.values() for one in section})
chosen = st.navigation(pages, position="hidden")
with st.sidebar:
    # A menu of our own: Streamlit's puts sections into a list where screen readers expect only entries (axe: list).
    for section, rooms in pages.items():
        if section:
            st.markdown(f":small[:gray[{section}]]")
        with st.container(gap="xsmall"):
            for room in rooms:
                page.link(room.url_path or "home", room.title, wide=True)
    st.space("small")
    page.switch_language()
    page.tell_browser(chosen.url_path)
chosen.run()
