"""The door to ClickHouse: limits, errors, handles."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from backend.core.errors import QueryTimeout, StoreRefused, StoreUnavailable
from backend.store.client import Store, _Pool, as_store_error
from backend.store.profiles import BUDGETS, Budget, Profile

pytestmark = pytest.mark.store


def test_a_reader_cannot_write(store):
    with pytest.raises(StoreRefused, match="readonly"):
        store.read("INSERT INTO scores (id) VALUES ('x')")


def test_parameters_are_values_never_sql(store):
    nasty = "x'); DROP TABLE spans; --\n\\"
    assert store.read("SELECT {text:String} AS text", {"text": nasty}) == [{"text": nasty}]


def test_a_wrong_statement_is_refused_and_the_next_one_works(store):
    with pytest.raises(StoreRefused, match="nowhere"):
        store.read("SELECT * FROM nowhere")
    assert store.read("SELECT 1 AS one") == [{"one": 1}]


def test_a_slow_query_is_ended(store, monkeypatch):
    monkeypatch.setitem(BUDGETS, Profile.EXPORT, Budget(seconds=1, memory=1 << 30, handles=1))
    monkeypatch.setitem(store._pools, Profile.EXPORT, _Pool(store, Profile.EXPORT))
    with pytest.raises(QueryTimeout, match="shorter time range"):
        store.read("SELECT sum(cityHash64(number)) FROM numbers(100000000000)", profile=Profile.EXPORT)


def test_what_is_no_engine_error_means_away():
    assert isinstance(as_store_error(ConnectionError("refused")), StoreUnavailable)


def test_a_server_that_does_not_answer_is_told():
    with pytest.raises(StoreUnavailable, match="does not answer"):
        Store("http://127.0.0.1:1/spanhouse").ping()


def test_a_wrong_url_is_refused():
    with pytest.raises(ValueError, match="CLICKHOUSE_URL"):
        Store("postgres://x")


def test_a_second_process_is_told_who_has_the_folder(tmp_path):
    hold = (
        "import sys; from backend.store.client import Store; s = Store(sys.argv[1]); s.ping();"
        " print('open', flush=True); sys.stdin.read()"
    )
    url = f"chdb://{tmp_path}/clickhouse"
    first = subprocess.Popen(
        [sys.executable, "-c", hold, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert first.stdout.readline() == "open\n"
    second = subprocess.run([sys.executable, "-c", hold, url], input="", capture_output=True, text=True, check=False)
    first.communicate("")
    assert f"in use by another Spanhouse (process {first.pid})" in second.stderr


def test_a_forked_child_is_refused(tmp_path):
    code = (
        "import os, sys; from backend.store.client import Store\n"
        "store = Store('chdb://memory'); store.ping()\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    try: store.command('SELECT 1')\n"
        "    except Exception as error: os._exit(7 if 'forked' in str(error) else 8)\n"
        "    os._exit(9)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=os.getcwd(), check=False).returncode == 7
