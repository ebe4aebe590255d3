"""What a condition of an appraisal says, in the reader's language."""

from sync.central.appraising import Condition, State
from sync.central.language import words


def condition_words(language: str, condition: Condition) -> str:
    """The condition with what there is and what is asked; not whether it is met."""
    key = f"appraising.{condition.rule}"
    if condition.state is State.UNKNOWN:
        key += "_unknown"
    numbers = {"value": condition.value, "asked": condition.asked}
    return words(language).get(key, **{k: v for k, v in numbers.items() if v is not None})
