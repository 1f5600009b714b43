"""PDFs as strangers write them: pages drawn by hand, so that a test can hide words in every way that there is."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

WIDTH, HEIGHT = 595, 842


def pdf(
    *pages: str, more: str = "", trailer: str = "", fonts: str = "", resources: str = "", packed: bool = False
) -> bytes:
    """A PDF with a page for each content stream; /F1 is Helvetica, /F2 its bold."""
    kids = " ".join(f"{10 + 2 * number} 0 R" for number in range(len(pages)))
    objects = {
        1: f"<< /Type /Catalog /Pages 2 0 R {more} >>".encode(),
        2: f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode(),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        4: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        5: b"<< /Type /ExtGState /ca 0.02 /CA 0.02 >>",
        6: b"<< /Title (BUY COINS NOW) /Author (BUY COINS NOW) /Subject (BUY COINS NOW) >>",
        7: b"<< /Type /OCG /Name (hidden) >>",
    }
    for number, content in enumerate(pages):
        stream = content.encode("cp1252")
        how = f"<< /Length {len(stream)} >>"
        if packed:
            stream = zlib.compress(stream, 9)
            how = f"<< /Length {len(stream)} /Filter /FlateDecode >>"
        objects[10 + 2 * number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {11 + 2 * number} 0 R /Resources "
            f"<< /Font << /F1 3 0 R /F2 4 0 R {fonts} >> /ExtGState << /faint 5 0 R >> "
            f"/Properties << /oc 7 0 R >> {resources} >> >>"
        ).encode()
        objects[11 + 2 * number] = f"{how}\nstream\n".encode() + stream + b"\nendstream"
    out, places = b"%PDF-1.7\n", dict[int, int]()
    for number, said in objects.items():
        places[number] = len(out)
        out += f"{number} 0 obj\n".encode() + said + b"\nendobj\n"
    table = "xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        table += f"{number} 1\n{place:010d} 00000 n \n"
    size = max(objects) + 1
    return (
        out
        + f"{table}trailer\n<< /Size {size} /Root 1 0 R /Info 6 0 R {trailer} >>\nstartxref\n{len(out)}\n%%EOF".encode()
    )


def text(*lines: str, x: float = 60, y: float = 760, size: float = 11, font: str = "F1", leading: float = 14) -> str:
    """Lines below each other, black on white."""
    said = " T* ".join(f"({_escaped(line)}) Tj" for line in lines)
    return f"BT /{font} {size} Tf {leading} TL {x} {y} Td {said} ET\n"


def article(hidden: str = "", *, under: str = "") -> bytes:
    """A press release, with something hidden in the midst of it."""
    return pdf(under + release() + hidden)


def release() -> str:
    return (
        text("Velo opens a second shop in Bern", size=22, font="F2")
        + text(
            "The bike maker Velo opens its second shop at Marktgasse 12 in Bern on 5 December",
            "2026. It has 40 bikes to try and a workshop with three mechanics.",
            y=720,
        )
        + text("Coffee comes from the roaster next door for everyone who comes by bike.", y=670)
    )


def locked() -> bytes:
    """Nobody reads it without its password."""
    known = "<" + "41" * 32 + ">"
    return pdf(
        release(), trailer=f"/Encrypt << /Filter /Standard /V 1 /R 2 /O {known} /U {known} /P -4 >> /ID [<41> <41>]"
    )


def scanned() -> bytes:
    """A picture of a page, with the words that a machine read there lying over it unseen."""
    pixel = "q 500 0 0 700 40 60 cm BI /W 2 /H 2 /CS /G /BPC 8 ID \x20\x7e\x7e\x20 EI Q\n"
    return pdf(pixel + "BT 3 Tr ET " + text("Velo opens a second shop in Bern").replace("BT", "BT 3 Tr", 1))


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def lines(words: Sequence[str], *, a_page: int = 50) -> list[str]:
    """Content streams of pages that hold these lines."""
    return [text(*words[at : at + a_page]) for at in range(0, len(words), a_page)]
