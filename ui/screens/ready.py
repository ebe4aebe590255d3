"""Ready: who serves here, the question, the faces."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtWidgets import QWidget

from ui import theme
from ui.screens.base import GAP, TARGET, Screen, put, read_in_order
from ui.screens.plate import Plate, plate_box
from ui.view import ReadyView
from ui.widgets.face import FaceButton
from ui.widgets.tap import StaffTile, Tile
from ui.widgets.text import TextBox

NOTE, PRIVATE = 8.0, 5.6
"""Height of the note above the foot, in units; of the quiet line in its place."""
CORNER = 1.4
"""Width of the corner beside a language's: it holds words, not a name."""
UPRIGHT_TARGET, UPRIGHT_GAP, UPRIGHT_CORNER = 10.0, 1.8, 2.0
"""The same on an upright screen: those are never small."""


class ReadyScreen(Screen[ReadyView]):
    pressed = Signal(int)
    language = Signal(str)
    staff = Signal()
    skip = Signal()
    more = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.plate = Plate(self)
        self._question = TextBox(self, weight="Bold")
        self._note = TextBox(self, colour=theme.ALARM, weight="SemiBold")
        self._private = TextBox(self, colour=theme.SOFT_INK)
        self.staff_tile = StaffTile(self)
        self.staff_tile.clicked.connect(self._corner)
        self.faces: list[FaceButton] = []
        self.languages: list[tuple[str, Tile]] = []
        self._in_order: tuple[QWidget, ...] = ()
        self._laid_out_for: tuple[ReadyView, float, int] | None = None

    def show_view(self, view: ReadyView) -> None:
        """After each thanks the same again, which need not be laid out again."""
        state = (view, theme.text_scale(), self.metrics.reach)
        if state != self._laid_out_for:
            self._laid_out_for = state
            super().show_view(view)

    def place(self, metrics: theme.Metrics, view: ReadyView) -> None:
        edge = metrics.px(theme.EDGE)
        foot = metrics.height - _foot_height(metrics)
        plate, question = _head(metrics)
        has_words_beside = theme.has_large_words() and not metrics.portrait
        faces_top = max(question.bottom() + metrics.px(0.6), float(metrics.reach))
        faces = QRectF(edge, faces_top, metrics.width - 2 * edge, 0)
        note_height = metrics.grown(NOTE if view.note else PRIVATE, 0.5)
        note = QRectF(edge, 0, faces.width(), note_height - metrics.px(1))
        question.setBottom(faces.top() - metrics.px(0.6))
        if metrics.portrait:
            faces.setBottom(foot - metrics.px(1.4))
            note.moveBottom(question.bottom())
            question.setBottom(note.top())
        else:
            faces.setBottom(foot - note_height)
            note.moveTop(faces.bottom() + metrics.px(0.5))
        self.plate.place(metrics, view.officer, plate, middle=not has_words_beside)
        put(self._question, question)
        self._question.say(view.question, metrics.px(theme.TITLE))
        self._place_faces(metrics, view, faces)
        self._place_foot(metrics, view, foot)
        put(self._note, note)
        self._note.say(view.note, metrics.px(theme.BODY))
        put(self._private, note)
        self._private.say("" if view.note else view.private, metrics.px(theme.QUIET))
        language_tiles = [tile for _, tile in self.languages]
        officer = (self.plate.avatar, self.plate.name, self.plate.position)
        lines = (self._question, *officer, self._note, self._private)
        parts = (*lines, *self.faces, *language_tiles, self.staff_tile)
        if parts != self._in_order:
            self._in_order = parts
            read_in_order(*parts)

    def _corner(self) -> None:
        """The corner's tile: staff's, or the citizen's where the question was offered."""
        view = self._view
        if view is None or not view.offered:
            self.staff.emit()
        elif view.more:
            self.more.emit()
        else:
            self.skip.emit()

    def _place_faces(self, metrics: theme.Metrics, view: ReadyView, box: QRectF) -> None:
        """One row, or in portrait one below the other; words all of one size."""
        while len(self.faces) < len(view.faces):
            face = FaceButton(self)
            face.clicked.connect(lambda _=False, f=face: self.pressed.emit(f.score))
            self.faces.append(face)
        visible = self.faces[: len(view.faces)]
        for face in self.faces:
            face.setVisible(face in visible)
        cells = self._face_cells(metrics, box, len(view.faces))
        word_size = metrics.px(theme.TITLE if metrics.portrait else theme.LEAD)
        for face, label, cell in zip(visible, view.faces, cells, strict=True):
            put(face, cell)
            face.say(label, word_size)
        smallest = min((face.fitting(word_size) for face in visible), default=0.0)
        for face, label in zip(visible, view.faces, strict=True):
            face.say(label, smallest / theme.text_scale())

    @staticmethod
    def _face_cells(metrics: theme.Metrics, box: QRectF, count: int) -> list[QRectF]:
        """The places of `count` faces in `box`."""
        gap = metrics.px(UPRIGHT_GAP if metrics.portrait else GAP)
        gaps = gap * (count - 1)
        if metrics.portrait:
            height = min((box.height() - gaps) / max(1, count), float(metrics.px(40)))
            return [
                QRectF(box.left(), box.top() + index * (height + gap), box.width(), height)
                for index in range(count)
            ]
        width = (box.width() - gaps) / max(1, count)
        return [
            QRectF(box.left() + index * (width + gap), box.top(), width, box.height())
            for index in range(count)
        ]

    def _place_foot(self, metrics: theme.Metrics, view: ReadyView, top: float) -> None:
        """The corner, then the languages, in one row; upright with large words in two, the
        languages above."""
        edge, gap = metrics.px(theme.EDGE), metrics.px(GAP if not metrics.portrait else 1.6)
        height = metrics.px(TARGET if not metrics.portrait else UPRIGHT_TARGET)
        count, room = max(1, len(view.languages)), metrics.width - 2 * edge
        if _has_two_rows(metrics):
            width, first = (room - (count - 1) * gap) / count, float(edge)
            corner = QRectF(edge, top + height + gap, metrics.px(50), height)
        else:
            share = UPRIGHT_CORNER if metrics.portrait else CORNER
            width = (room - count * gap) / (count + share)
            corner = QRectF(edge, top, width * share, height)
            first = corner.right() + gap
        put(self.staff_tile, corner)
        self.staff_tile.plain = not view.offered
        size = metrics.px(theme.BODY if view.offered else theme.SMALL)
        self.staff_tile.say(view.more or view.skip or view.staff, size)
        self._make_language_tiles(len(view.languages))
        for index, (_, tile) in enumerate(self.languages):
            tile.setVisible(index < len(view.languages))
        for index, choice in enumerate(view.languages):
            tile = self.languages[index][1]
            self.languages[index] = (choice.id, tile)
            put(tile, QRectF(first + index * (width + gap), top, width, height))
            tile.say(choice.label, metrics.px(theme.BODY), chosen=choice.chosen)

    def _make_language_tiles(self, count: int) -> None:
        while len(self.languages) < count:
            tile = Tile(self, quiet=True, one_of_many=True)
            self.languages.append(("", tile))
            index = len(self.languages) - 1
            tile.clicked.connect(lambda _=False, i=index: self.language.emit(self.languages[i][0]))


def _has_two_rows(metrics: theme.Metrics) -> bool:
    return metrics.portrait and theme.has_large_words()


def _foot_height(metrics: theme.Metrics) -> int:
    if not metrics.portrait:
        return metrics.px(TARGET + 2)
    return metrics.px(2 * UPRIGHT_TARGET + 3.2 if _has_two_rows(metrics) else UPRIGHT_TARGET + 1.6)


def _head(metrics: theme.Metrics) -> tuple[QRectF, QRectF]:
    """Where the plate and the question stand: one above the other, or, where words are large and
    the screen is wide, side by side."""
    edge, top = metrics.px(theme.EDGE), metrics.strip + metrics.px(1.2)
    width = metrics.width - 2 * edge
    if theme.has_large_words() and not metrics.portrait:
        plate = QRectF(edge, top, width * 0.36, metrics.px(28))
        question = QRectF(plate.right() + edge, top, width - plate.width() - edge, plate.height())
        return plate, question
    plate = plate_box(metrics, top)
    question = QRectF(edge, plate.bottom() + metrics.px(0.6), width, metrics.px(13))
    if metrics.portrait:
        question.setHeight(metrics.grown(23.7, 0.35))
    return plate, question
