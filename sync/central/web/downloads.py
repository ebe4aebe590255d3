"""Answers that a browser saves or shows as a file."""

from fastapi.responses import Response

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "png": "image/png",
    "zip": "application/zip",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def file_response(data: bytes, name: str, kind: str) -> Response:
    """The file `name.kind`. Browsers show a PDF or a picture, and save anything else."""
    place = "inline" if kind in ("pdf", "png") else "attachment"
    headers = {
        "Content-Disposition": f'{place}; filename="{name}.{kind}"',
        "Cache-Control": "no-store",
    }
    return Response(data, media_type=MEDIA_TYPES[kind], headers=headers)
