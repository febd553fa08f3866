"""Samples as a picture: one panel below the other, in SVG."""

from html import escape

WIDTH, PANEL, LEFT, RIGHT, TOP = 900, 110, 90, 20, 40
COLOURS = ("#1f6feb", "#d1242f", "#1a7f37", "#8250df", "#bf8700", "#57606a", "#0969da", "#cf222e")


def number(value):
    return f"{value:,.1f}" if abs(value) < 100 and value != int(value) else f"{value:,.0f}"


def panel(top, title, colour, times, values, warm_up):
    """From 0, so that a picture shows how much a growth is."""
    last, most = times[-1] or 1, max(max(values), 1e-9) * 1.1
    across = WIDTH - LEFT - RIGHT
    height = PANEL - 34

    def x(time):
        return LEFT + across * time / last

    def y(value):
        return top + 20 + height * (1 - value / most)

    line = " ".join(f"{x(t):.1f},{y(v):.1f}" for t, v in zip(times, values))
    yield f'<text x="{LEFT}" y="{top + 14}" class="title">{escape(title)}</text>'
    yield f'<rect x="{LEFT}" y="{top + 20}" width="{across}" height="{height}" class="frame"/>'
    yield f'<rect x="{LEFT}" y="{top + 20}" width="{x(warm_up) - LEFT:.1f}" height="{height}" class="warm"/>'
    for value in (0, most / 1.1):
        yield f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" class="scale">{number(value)}</text>'
    yield f'<polyline points="{line}" stroke="{colour}"/>'


def picture(title, times, series, warm_up):
    """`series`: {title of the panel: values}; times in seconds."""
    height = TOP + PANEL * len(series) + 30
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">',
           "<style>text{font:12px sans-serif;fill:#24292f}.title{font-weight:bold}.scale{text-anchor:end}"
           ".frame{fill:none;stroke:#d0d7de}.warm{fill:#eaeef2}polyline{fill:none;stroke-width:1.2}</style>",
           f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
           f'<text x="{LEFT}" y="22" style="font-size:15px">{escape(title)}</text>']  # fmt: skip
    for index, (name, values) in enumerate(series.items()):
        out += panel(TOP + PANEL * index, name, COLOURS[index % len(COLOURS)], times, values, warm_up)
    minutes = times[-1] / 60
    for part in range(7):
        at = LEFT + (WIDTH - LEFT - RIGHT) * part / 6
        out.append(f'<text x="{at:.0f}" y="{height - 12}" text-anchor="middle">{number(minutes * part / 6)} min</text>')
    return "\n".join([*out, "</svg>", ""])
