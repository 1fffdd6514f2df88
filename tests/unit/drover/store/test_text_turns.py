"""Each line of a file of texts is given out in turn, each file for itself."""

from sqlalchemy import Connection

from drover.store import Store, text_turns


def test_turns_are_counted_for_each_file_and_only_where_the_transaction_holds(store: Store) -> None:
    assert [store.write_sync(text_turns.take, "/m/caption.txt") for _ in range(3)] == [0, 1, 2]
    assert store.write_sync(text_turns.take, "/m/sound_names.txt") == 0

    def taken_in_vain(conn: Connection) -> None:
        text_turns.take(conn, "/m/caption.txt")
        raise LookupError

    for _ in range(2):
        try:
            store.write_sync(taken_in_vain)
        except LookupError:
            continue
    assert store.write_sync(text_turns.take, "/m/caption.txt") == 3
