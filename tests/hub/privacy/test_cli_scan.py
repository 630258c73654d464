"""``hub scan``: files in, kinds by column out; lines in, spans out. The examples are masked."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from hub.scan_files import scan_file

ROOT = Path(__file__).resolve().parents[3]
FOUND, NOTHING, USAGE = 3, 0, 2
TABLE = "名称,联系方式,备注\n示例一,13812345678,无\n示例二,0371-67181234,身份证410105199001011234\n"


def scan(*words: str, given: str = "", language: str = "zh_CN.UTF-8") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hub", "scan", *words],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": language, "PYTHONUTF8": "1"},
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


def found_in(path: Path) -> dict[str, dict[str, int]]:
    """Return the kinds and counts of each column of one file."""
    report = scan_file(path)
    return {
        column.name: {kind.value: found.count for kind, found in column.kinds.items()}
        for column in report.columns
        if column.kinds
    }


def test_lines_are_answered_by_spans_in_code_points() -> None:
    lines = [{"id": 1, "text": "𠮷手机13812345678"}, {"id": "b", "text": "无"}]
    done = scan("--jsonl", given="".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"id": 1, "spans": [[3, 14, "phone"]]},
        {"id": "b", "spans": []},
    ]


def test_lines_are_read_from_files_too(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"id": 7, "text": "zhang@example.org"}\n', encoding="utf-8")
    done = scan("--jsonl", str(path))
    assert (done.returncode, json.loads(done.stdout)) == (NOTHING, {"id": 7, "spans": [[0, 17, "email"]]})


def test_a_line_that_is_no_object_is_told_and_the_others_are_answered() -> None:
    done = scan("--jsonl", given='nonsense\n{"id": 2, "text": "x"}\n[1]\n{"id": 3}\n')
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, [("error" in one, one["id"]) for one in answers]) == (
        USAGE,
        [(True, None), (False, 2), (True, None), (True, 3)],
    )


def test_half_a_character_in_a_line_does_no_harm() -> None:
    done = scan("--jsonl", given='{"id": "\\ud83d", "text": "\\ud83d 13812345678"}\n')
    assert json.loads(done.stdout)["spans"] == [[2, 13, "phone"]]


def test_a_table_is_answered_by_column(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TABLE, encoding="utf-8")
    assert found_in(path) == {"联系方式": {"phone": 2}, "备注": {"citizen_id": 1}}


def test_a_table_in_another_encoding_and_packed_is_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress((TABLE * 20).encode("gb18030")))
    assert found_in(path)["联系方式"]["phone"] == 40


def test_a_workbook_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in TABLE.splitlines():
        sheet.append(row.split(","))
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert found_in(path)["联系方式"] == {"phone": 2}


def test_json_is_answered_by_path(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"contact": {"tel": "13812345678"}}]), encoding="utf-8")
    assert found_in(path) == {"contact.tel": {"phone": 1}}


def test_json_lines_are_answered_by_path(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_text('{"mail": "a@example.org"}\n{"mail": "b@example.org"}\n', encoding="utf-8")
    assert found_in(path) == {"mail": {"email": 2}}


def test_text_is_searched_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("一\n二 13812345678\n", encoding="utf-8")
    (report,) = json.loads(scan("--json", str(path)).stdout)
    assert report["columns"][0]["kinds"][0]["lines"] == [2]


def test_a_number_at_the_end_of_a_piece_of_a_large_text_is_found_once(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    path.write_text("x" * ((1 << 20) * 5 - 4) + " 13812345678 " + "y" * 300_000, encoding="utf-8")
    assert found_in(path) == {"(text)": {"phone": 1}}


def test_a_secrecy_mark_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("机密★10年\n", encoding="utf-8")
    assert found_in(path) == {"(text)": {"secrecy_mark": 1}}


@pytest.mark.parametrize(("content", "code"), [("示例,1\n", NOTHING), ("电话13812345678\n", FOUND)])
def test_the_exit_code_says_whether_anything_was_found(tmp_path: Path, content: str, code: int) -> None:
    path = tmp_path / "a.txt"
    path.write_text(content, encoding="utf-8")
    assert scan(str(path)).returncode == code


@pytest.mark.parametrize(("language", "word"), [("zh_CN.UTF-8", "电话号码"), ("en_US.UTF-8", "telephone number")])
def test_people_are_told_in_their_language_what_to_do_and_see_no_value(
    tmp_path: Path, language: str, word: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TABLE, encoding="utf-8")
    done = scan(str(path), language=language)
    assert (word in done.stdout, "→" in done.stdout, "13812345678" in done.stdout) == (True, True, False)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 x", b"PK\x03\x04broken"])
def test_a_file_that_cannot_be_read_is_a_plain_answer(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    done = scan(str(path))
    assert (done.returncode not in {0, 3}, "Traceback" in done.stderr, done.stderr != "") == (True, False, True)


def test_a_missing_file_is_a_usage_error() -> None:
    assert scan("no-such-file.csv").returncode == USAGE


def test_no_file_is_a_usage_error() -> None:
    assert scan().returncode == USAGE


def test_a_deeply_nested_json_does_no_harm(tmp_path: Path) -> None:
    path: Any = tmp_path / "deep.json"
    path.write_text("[" * 100_000 + "]" * 100_000, encoding="utf-8")
    assert scan(str(path)).returncode in {NOTHING, FOUND}
