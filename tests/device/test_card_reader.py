"""The card driver against a SAM module that speaks real bytes over a pty, with each fault."""

import threading
import time

import pytest

from hardware.errors import (
    CardNotReadable,
    DeviceError,
    DeviceMissing,
    DeviceProtocolError,
    DeviceTimeout,
    NoCard,
    SettingsUnusable,
)
from hardware.id_card.protocol import READ_NEWEST_ADDRESS
from hardware.ports import (
    CardRead,
    CardRemoved,
    CardSeen,
    CardUnreadable,
    ReaderAway,
    ReaderBack,
)
from hardware.simulators.card_reader import SAM_ID, ReaderFault
from hardware.wiring import CardReaderSettings, make_card_reader


@pytest.fixture
def driver(reader):
    made = make_card_reader(CardReaderSettings(reader.port))
    yield made
    made.close()


def citizen(people, kind="resident"):
    return next(each for each in people.citizens if each.type == kind)


@pytest.mark.parametrize("kind", ["resident", "J", "I", "Y"])
def test_every_type_of_card_is_read(reader, driver, people, kind):
    person = citizen(people, kind)
    reader.lay(person.card())
    record = driver.read_card(timeout_s=5)
    assert (record.type, record.name, record.id_number) == (kind, person.name, person.id_number)
    assert record.id_number_valid
    assert record.sam_id == SAM_ID
    assert len(record.photo) == 1024


def test_newest_address_is_read_where_there_is_one(reader, driver, people):
    reader.lay(people.by_id("zhou-fulai").card())
    assert driver.read_card(5).newest_address == people.by_id("zhou-fulai").newest_address
    reader.lay(people.by_id("wang-fang").card())
    assert driver.read_card(5).newest_address is None


def test_a_card_laid_down_later_is_waited_for(reader, driver, people):
    threading.Timer(0.7, reader.lay, [citizen(people).card()]).start()
    assert driver.read_card(5).type == "resident"


def test_no_card_is_its_own_error_in_its_own_time(driver):
    began = time.monotonic()
    with pytest.raises(NoCard):
        driver.read_card(timeout_s=1.5)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("fault", "baud"),
    [
        (ReaderFault.NONE, 9600),
        (ReaderFault.BYTE_AT_A_TIME, 9600),
        (ReaderFault.NOISE, 115200),
        (ReaderFault.SLOW, 115200),
    ],
)
def test_bad_lines_that_lose_nothing_still_read(reader, people, fault, baud):
    reader.set_fault(fault)
    reader.lay(citizen(people).card())
    driver = make_card_reader(CardReaderSettings(reader.port, baud))
    try:
        assert driver.read_card(8).name == citizen(people).name
    finally:
        driver.close()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (ReaderFault.SILENCE, DeviceTimeout),
        (ReaderFault.HALF_REPLY, DeviceProtocolError),
        (ReaderFault.BAD_CHECKSUM, DeviceProtocolError),
        (ReaderFault.UNREADABLE, CardNotReadable),
    ],
)
def test_faults_become_the_rooms_errors_in_time(reader, driver, people, fault, error):
    reader.set_fault(fault)
    reader.lay(citizen(people).card())
    began = time.monotonic()
    with pytest.raises(error):
        driver.read_card(timeout_s=5)
    assert time.monotonic() - began < 6.5
    reader.set_fault(ReaderFault.NONE)
    reader.lay(citizen(people).card())
    assert driver.read_card(5).type == "resident"


def test_a_reader_that_is_not_there_and_comes_back(reader, people):
    reader.stop()
    driver = make_card_reader(CardReaderSettings(reader.port))
    with pytest.raises(DeviceMissing):
        driver.read_card(2)
    reader.start()
    reader.lay(citizen(people).card())
    assert driver.read_card(5).type == "resident"
    reader.stop()
    with pytest.raises(DeviceError):
        driver.read_card(2)
    reader.start()
    reader.lay(citizen(people).card())
    assert driver.read_card(5).type == "resident"
    driver.close()


def test_a_baud_rate_that_no_module_has_is_refused(reader):
    with pytest.raises(SettingsUnusable):
        make_card_reader(CardReaderSettings(reader.port, 115201))


class Watching:
    """Runs `watch` in a thread and collects what it tells."""

    def __init__(self, driver):
        self.events, self.stop = [], threading.Event()
        self.thread = threading.Thread(
            target=driver.watch, args=(self.events.append, self.stop), daemon=True
        )
        self.thread.start()

    def kinds(self):
        return [type(event) for event in self.events]

    def end(self):
        self.stop.set()
        self.thread.join(timeout=6)
        assert not self.thread.is_alive()


@pytest.fixture
def watching(driver, eventually):
    """A reader that answers is told of first; what comes after that is the test's."""
    made = Watching(driver)
    eventually(lambda: made.events)
    assert made.events.pop(0) == ReaderBack()
    yield made
    made.end()


def test_watch_tells_laid_read_and_taken_away_once_each(reader, watching, people, eventually):
    reader.lay(citizen(people).card())
    eventually(lambda: CardRead in watching.kinds())
    time.sleep(1.2)  # still there: nothing more to tell
    assert watching.kinds() == [CardSeen, CardRead]
    reader.lift()
    eventually(lambda: CardRemoved in watching.kinds())
    reader.lay(people.by_id("li-qiang").card())
    eventually(lambda: watching.kinds().count(CardRead) == 2)
    assert watching.kinds() == [CardSeen, CardRead, CardRemoved, CardSeen, CardRead]
    assert watching.events[-1].record.name == "样例·李强"


def test_watch_tells_an_unreadable_card_once_and_waits_for_it_to_go(
    reader, watching, people, eventually
):
    reader.set_fault(ReaderFault.UNREADABLE)
    reader.lay(citizen(people).card())
    eventually(lambda: CardUnreadable in watching.kinds())
    time.sleep(1.0)
    assert watching.kinds() == [CardSeen, CardUnreadable]
    assert isinstance(watching.events[-1].error, CardNotReadable)
    reader.set_fault(ReaderFault.NONE)
    reader.lift()
    eventually(lambda: CardRemoved in watching.kinds())
    reader.lay(citizen(people).card())
    eventually(lambda: CardRead in watching.kinds())


def test_watch_survives_unplugging(reader, watching, people, eventually):
    time.sleep(0.5)
    reader.stop()
    eventually(lambda: ReaderAway in watching.kinds())
    time.sleep(1.5)
    assert watching.kinds() == [ReaderAway]
    reader.start()
    eventually(lambda: ReaderBack in watching.kinds())
    reader.lay(citizen(people).card())
    eventually(lambda: CardRead in watching.kinds())


def test_a_module_silent_on_the_newest_address_still_reads_the_card(reader, driver, people):
    reader.set_fault(ReaderFault.SILENCE, only=READ_NEWEST_ADDRESS)
    reader.lay(people.by_id("zhou-fulai").card())
    record = driver.read_card(8)
    assert (record.id_number_valid, record.newest_address) == (True, None)


def test_watch_tells_a_silent_reader_away_and_back(reader, watching, eventually):
    reader.set_fault(ReaderFault.SILENCE)
    eventually(lambda: ReaderAway in watching.kinds(), 8)
    assert isinstance(watching.events[-1].error, DeviceTimeout)
    reader.set_fault(ReaderFault.NONE)
    eventually(lambda: ReaderBack in watching.kinds())
    assert watching.kinds() == [ReaderAway, ReaderBack]


def test_unplugging_with_a_card_on_it_forgets_the_card(reader, watching, people, eventually):
    reader.lay(citizen(people).card())
    eventually(lambda: CardRead in watching.kinds())
    reader.stop()
    eventually(lambda: ReaderAway in watching.kinds())
    assert watching.kinds() == [CardSeen, CardRead, CardRemoved, ReaderAway]
    reader.start()


def test_the_virtual_module_leaves_no_symlink(reader, tmp_path):
    reader.stop()
    assert list(tmp_path.iterdir()) == []
    reader.start()
