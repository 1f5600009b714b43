"""How do words become pixels? A Typst template and plain data in, a transparent overlay and its boxes out.

The root that templates may read from holds only our own templates; people's words travel as JSON in `sys_inputs` and
are shown as strings, never evaluated. Compiling releases the GIL.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import typst
from PIL import Image

from bot.artwork import typefaces

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Box:
    """Something placed, in pixels from the top left corner. `ground` is the flat colour that it stands on, if known."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    size: float = 0.0
    colour: str = ""
    ground: str = ""
    trimmed: bool = False
    radius: float = 0.0
    shown: str = ""
    """the words as they stand there"""


def typeset(
    template: str, data: dict[str, object], extra: typefaces.Extra | None = None
) -> tuple[Image.Image, list[Box]]:
    """Set one page of the template at a pixel a point: an RGBA overlay and the boxes that the template reported.

    Raises `typst.TypstError` for a fault in a template: words cannot cause one.
    """
    fonts = typefaces.vendored() if extra is None else typefaces.vendored_and(extra.path.parent)
    compiler = typst.Compiler(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data)},
    )
    page = compiler.compile(format="png", ppi=72)
    if not isinstance(page, bytes):
        raise ValueError(f"template {template} made more than one page")
    found = json.loads(compiler.query("<box>", field="value"))
    return Image.open(BytesIO(page)).convert("RGBA"), [_box(item) for item in found]


def _box(item: dict[str, object]) -> Box:
    def number(name: str) -> float:
        value = item.get(name)
        return float(value) if isinstance(value, int | float) else 0.0

    return Box(
        kind=str(item["kind"]), x=number("x"), y=number("y"), width=number("w"), height=number("h"),
        size=number("size"), colour=str(item.get("fg") or ""), ground=str(item.get("on") or ""),
        trimmed=bool(item.get("trimmed")), radius=number("radius"),
        shown=str(item.get("shown") or "").replace("\u200b", "").replace("\u2060", ""),
    )  # fmt: skip
