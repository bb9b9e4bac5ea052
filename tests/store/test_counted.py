"""How many entries a topic has is known without counting them."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.newsdesk import ALL, START, Desk, page, source, topic

STORIES = st.sets(st.sampled_from(["bridge", "ferry", "road", "bridge ferry"]))
COUNTED = """
SELECT t.key, count(m.entry), max(m.published) FROM topics t LEFT JOIN membership m ON m.topic = t.id WHERE t.active GROUP BY t.id
"""


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(STORIES, st.sampled_from(["bridge", "ferry", "nothing"]), st.sampled_from(["", "road"])), max_size=4
    )
)
def test_a_topic_knows_how_many_belong_to_it_whatever_came_and_went(
    desk: Desk, steps: list[tuple[set[str], str, str]]
) -> None:
    for stories, rule, mute in steps:
        desk.adopt([source("a", mute=mute)], [ALL, topic("some", rule)])
        desk.save(*(page(f"https://a.example/{s}", f"{s} " * 90, title=s, published=START) for s in sorted(stories)))
        counted = desk.run(desk.store.counted())
        assert [(t.key, t.entries, t.newest and t.newest.isoformat()) for t in counted.values()] == [
            (key, entries, newest and newest.replace("Z", "+00:00")) for key, entries, newest in desk.rows(COUNTED)
        ]
