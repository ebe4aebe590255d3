"""Reading kiosk.toml: its tables by the definition, then what several settings must agree on."""

from pathlib import Path

from kiosk.domain.refusal import Refusal
from kiosk.domain.scale import Scale
from kiosk.domain.wording import DEFAULT_REASONS
from kiosk.settings.definition import FILE_NAME, PanelSettings, Settings
from kiosk.tomlfile import tables
from kiosk.tomlfile.tables import WrongSetting


def load(path: Path) -> Settings:
    """The settings in the file at `path`; SettingsError when it can't be read or used."""
    return parse(tables.text_of(path, init="kiosk init"), path)


def parse(text: str, path: Path = Path(FILE_NAME)) -> Settings:
    """The settings in TOML `text`; `path` is named in errors."""
    values = tables.tables(text, path)
    try:
        settings = tables.table(Settings, values)
        _refuse_what_disagrees(settings)
        return _completed(settings._replace(path=path))
    except WrongSetting as error:
        raise tables.wrong_setting(error, path, text) from None


def _refuse_what_disagrees(settings: Settings) -> None:
    office, screen, scale = settings.office, settings.screen, settings.scale
    if office.opens >= office.closes:
        raise WrongSetting("office.closes", Refusal("closes_before_opens"))
    if screen.languages and screen.language not in screen.languages:
        refusal = Refusal("own_language_missing", language=screen.language)
        raise WrongSetting("screen.languages", refusal)
    for key, words in (("words_th", scale.words_th), ("words_en", scale.words_en)):
        if words and len(words) != scale.levels:
            raise WrongSetting(f"scale.{key}", Refusal("write_as_many_words", n=scale.levels))
    ids = [reason.id for reason in settings.reasons]
    if len(set(ids)) != len(ids):
        raise WrongSetting("reasons", Refusal("id_stands_twice"))
    if settings.offer.key in settings.keys:
        raise WrongSetting("offer.key", Refusal("key_of_a_score", name=settings.offer.key))
    for panel in settings.panels:
        _refuse_other_scores("panel.buttons", [*panel.scores.values()], settings)
    _refuse_other_scores("keys", [*settings.keys.values()], settings)


def _refuse_other_scores(where: str, scores: list[int], settings: Settings) -> None:
    scale = Scale(settings.scale.levels)
    for score in scores:
        try:
            scale.score(score)
        except Refusal as refusal:
            raise WrongSetting(where, refusal) from None


def _completed(settings: Settings) -> Settings:
    """With what follows from the scale where the file says nothing, and with the whole path of a
    certificate authority that lies beside it: such a folder can be moved."""
    scores = Scale(settings.scale.levels).scores()
    panels = tuple(_with_buttons(panel, scores[::-1]) for panel in settings.panels)
    reasons, sync = settings.reasons or DEFAULT_REASONS, settings.sync
    if sync.ca:
        sync = sync._replace(ca=str(settings.path.absolute().parent / sync.ca))
    return settings._replace(panel=panels, reasons=reasons, sync=sync)


def _with_buttons(panel: PanelSettings, best_first: tuple[int, ...]) -> PanelSettings:
    return panel._replace(buttons=panel.buttons or best_first)
