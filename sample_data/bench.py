"""What a verification platform would have measured of the sample's model: figures by phone and conversion, items one by one."""

from pathlib import Path

from sample_data.dice import Dice
from sample_data.truths import Truths

MODEL = "shelf-v3-small"
HEAD = "tool,model,conversion,runtime,delegate,device,training_run,dataset,quantity,statistic,value,n\n"
ITEMS_HEAD = "tool,model,conversion,dataset,item,label,true_label,score\n"
TOOL = "synthetic"
SIZES_MB = {"float32": 9.8, "float16": 4.9, "uint8_weights": 2.6, "uint8": 2.7}
SLOWER = {"float32": 1.0, "float16": 0.96, "uint8_weights": 1.02, "uint8": None}
"""Against FLOAT32 on the same phone; full UINT8 has its own median in the truths."""
RIGHT = {"float32": 0.915, "float16": 0.914, "uint8_weights": 0.905, "uint8": 0.912}
"""Trained with quantisation in mind, so that full UINT8 loses next to nothing."""
ITEMS, INFERENCES = 400, 50


def write_bench(truths: Truths, dice: Dice, folder: Path) -> list[Path]:
    """Write the figures and the evaluation of one world.

    Args:
        truths: what is planted: the phones' medians.
        dice: throws of this stage.
        folder: gets two CSV files.

    Returns:
        The files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    figures, items = folder / "figures.synthetic.csv", folder / "evaluation.synthetic.csv"
    figures.write_text(HEAD + "".join(_figures(truths, dice)), encoding="utf-8")
    items.write_text(ITEMS_HEAD + "".join(_items(dice)), encoding="utf-8")
    return [figures, items]


def _figures(truths: Truths, dice: Dice) -> list[str]:
    rows = []
    for conversion, slower in SLOWER.items():
        for phone in truths.model.phones:
            median = phone.uint8_ms if slower is None else phone.float32_ms * slower
            near = median * dice.between(0.97, 1.03)
            lineage = f"{TOOL},{MODEL},{conversion},tflite,{phone.delegate},{phone.device},2026-03-20,"
            rows += [
                f"{lineage},latency_ms,p50,{near:.2f},{INFERENCES}\n",
                f"{lineage},latency_ms,p90,{near * dice.between(1.2, 1.35):.2f},{INFERENCES}\n",
                f"{lineage},energy_mj,mean,{near * dice.between(1.5, 2.5):.1f},{INFERENCES}\n",
                f"{lineage},size_mb,value,{SIZES_MB[conversion]},\n",
            ]
    return rows


def _items(dice: Dice) -> list[str]:
    rows = []
    for place in range(ITEMS):
        truth = "media" if dice.chance(0.5) else "other"
        hard = dice.unit()
        for conversion, right in RIGHT.items():
            is_right = hard + dice.between(-0.01, 0.01) < right
            said = truth if is_right else {"media": "other", "other": "media"}[truth]
            score = dice.between(0.6, 0.99)
            rows.append(f"{TOOL},{MODEL},{conversion},shelf-check,{place:03},{said},{truth},{score:.3f}\n")
    return rows
