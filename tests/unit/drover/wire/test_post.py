"""The parameters of `post` as other clients send them, and what is refused."""

from typing import Any

import pytest

from drover.wire.faults import Code, RequestError
from drover.wire.post import PostConfig
from drover.wire.scripts import KNOWN, SUPPORTED, expand


def config(**fields: Any) -> PostConfig:
    (found,) = expand("post", fields)
    assert isinstance(found, PostConfig)
    return found


def test_post_is_a_script() -> None:
    assert "post" in SUPPORTED
    assert "post" not in KNOWN
    assert config() == PostConfig()


@pytest.mark.parametrize(
    ("field", "sent", "means"),
    [
        ("content_type", "1", 1),
        ("content_type", True, 1),
        ("add_sound", 0, "0"),
        ("add_sound", 1, "1"),
        ("add_sound", -1, "-1"),
        ("add_sound", "-1", "-1"),
        ("upload_wait_time", "45", 45),
        ("upload_wait_time", 45.0, 45),
        ("origin_sound_volume", " 70 ", 70),
        ("add_product_link", "1", 1),
        ("add_product_link", False, 0),
        ("material_list", "/srv/a.mp4", ["/srv/a.mp4"]),
        ("material_list", None, []),
        ("materials_tags", ["a", "b"], "a,b"),
        ("captions", None, ""),
        ("placement", "story", "story"),
    ],
)
def test_spellings_of_other_clients(field: str, sent: Any, means: Any) -> None:
    assert getattr(config(**{field: sent}), field) == means


def test_image_count_as_text_counts() -> None:
    assert config(content_type="1", image_count="3").image_count == 3


def test_a_given_list_decides_how_many_images_there_are() -> None:
    assert config(content_type=1, image_count=9, material_list=["/a", "/b"]).image_count == 2
    assert config(content_type=0, image_count=9).image_count == 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"caption": "x"}, "script_config.caption: unknown field; known fields: content_type, image_count, captions"),
        ({"target_user": "ada"}, "script_config.target_user: unknown field"),
        ({"content_type": 2}, "script_config.content_type: invalid enum value 2; expected one of: 0, 1"),
        ({"add_sound": 5}, "script_config.add_sound: invalid enum value '5'; expected one of: -1, 0, 1, custom"),
        ({"image_count": 36}, "script_config.image_count: expected `int` <= 35"),
        ({"image_count": 0}, "script_config.image_count: expected `int` >= 1"),
        ({"image_count": "many"}, "script_config.image_count: expected `int`"),
        ({"image_count": 1.5}, "script_config.image_count: expected `int`"),
        ({"add_sound_volume": 101}, "script_config.add_sound_volume: expected `int` <= 100"),
        ({"captions": 7}, "script_config.captions: expected `str`"),
        ({"material_list": ["/a", None]}, "script_config.material_list[1]: expected `str`"),
        ({"material_list": {"a": 1}}, "script_config.material_list: expected `array`"),
        ({"material_source": "cloud"}, "expected one of: materialLibrary, localFolder"),
        ({"material_source": "localFolder"}, "script_config.material_path: is required"),
        ({"post_way": "useSound"}, "script_config.sound_name: is required"),
        ({"add_sound": "custom"}, "script_config.custom_sound_keyword: is required"),
        ({"materials_tags": "a," + "b" * 65}, "script_config.materials_tags: expected tags"),
        ({"materials_tags": [1]}, "script_config.materials_tags: expected `str`"),
        ({"product_name": "Lamp"}, "script_config.product_name: names the product to link, which needs add_product"),
        ({"product_name": 7, "add_product_link": 1}, "script_config.product_name: expected `str`"),
        ({"product_name": "x" * 201, "add_product_link": 1}, "script_config.product_name: expected `str` of length"),
    ],
)
def test_what_is_refused_names_its_field(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(RequestError) as caught:
        config(**fields)
    assert caught.value.failure.code is Code.INVALID
    assert says in str(caught.value)
    assert "target_users" not in str(caught.value).partition("known fields")[2]


def test_the_fields_of_follow_are_told_with_their_spellings() -> None:
    with pytest.raises(RequestError, match="known fields: target_user, access_method, target_users, target_username"):
        expand("follow", {"target_user": "ada", "content_type": 1})
