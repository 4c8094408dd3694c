"""Evidence: small PDF documents that say of themselves that they are examples."""

from datetime import date
from importlib.resources import as_file, files
from typing import Any

from web.demo.timeline import Scene, Timeline

PAPERS = {
    "licence": ("营业执照", "区内设立法人主体"),
    "lease": ("租赁合同", "研发与办公场地"),
    "land": ("土地成交确认书", "项目用地"),
    "permit": ("施工许可证", "开工"),
    "protocol": ("投产证明", "产线验收与投产"),
    "capital": ("验资报告", "注册资本实缴"),
    "invoices": ("投资台账与发票", "固定资产投资"),
    "loan": ("贷款放款凭证", "项目贷款"),
    "staff": ("社保清单", "在渝人员"),
    "purchases": ("采购台账", "本地配套采购"),
    "output": ("纳统报表", "营业收入"),
    "bulletin": ("区县招商通报", "他区数据"),
    "opinion": ("法律意见书", "条款合规审查"),
    "resolution": ("投决会决议", "条件豁免"),
}
PAGE = """
#set page(width: 148mm, height: 210mm, margin: 16mm)
#set text(font: "Noto Sans SC", lang: "zh", size: 11pt)
#align(center)[#text(size: 20pt, weight: "bold")[{title}]]
#v(8mm)
#rect(width: 100%, inset: 8mm)[
  #text(size: 15pt)[示例文件 · 不代表真实情况]
  #v(4mm)
  事项：{subject} \\
  用途：链基演示数据的佐证材料 \\
  说明：本文件由演示数据生成，未由任何机构出具。
]
"""


def paper(kind: str) -> bytes:
    """Return the PDF of one kind of document; the same bytes on every call."""
    import typst

    title, subject = PAPERS[kind]
    with as_file(files("web").joinpath("static", "fonts")) as fonts:
        compiled: Any = typst.compile  # its stub infers no input type
        made = compiled(
            PAGE.format(title=title, subject=subject).encode(),
            font_paths=[fonts],
            ignore_system_fonts=True,
            timestamp=0,
        )
    return bytes(made)


def stage(timeline: Timeline, day: date) -> None:
    """Keep one document of each kind; the demo's milestones and observations point to them."""

    def keep(scene: Scene) -> None:
        for kind, (title, _) in PAPERS.items():
            row = scene.store.keep(
                scene.work,
                scene.actor("office1"),
                name=f"示例-{title}.pdf",
                content=paper(kind),
                is_demo=True,
            )
            scene.ids["file", kind] = row.id

    timeline.on(day, keep)
