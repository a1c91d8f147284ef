"""What the containers promise and a linter does not look at."""

import re

import pytest
import yaml
from django.conf import settings

SECRETS = {"SECRET_KEY", "POSTGRES_PASSWORD", "EMAIL_URL", "SITE_URL", "ALLOWED_HOSTS"}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def dockerfile():
    return (settings.BASE_DIR / "Dockerfile").read_text()


def test_the_parts_of_an_installation(compose):
    assert set(compose["services"]) == {"postgres", "redis", "migrate", "web", "worker", "beat"}


def test_no_secret_has_a_default():
    text = (settings.BASE_DIR / "docker-compose.yml").read_text()

    asked = {name: rest[:2] for name, rest in re.findall(r"\$\{(\w+)([^}]*)\}", text)}

    assert {name for name, kind in asked.items() if kind == ":?"} == SECRETS
    assert SECRETS.isdisjoint(name for name, kind in asked.items() if kind != ":?")


def test_the_example_environment_holds_no_secret_and_names_what_is_asked_for():
    lines = (settings.BASE_DIR / ".env.example").read_text().splitlines()

    values = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    assert values.keys() >= SECRETS
    assert values["SECRET_KEY"] == values["POSTGRES_PASSWORD"] == ""


def test_nothing_starts_before_what_it_needs_is_healthy(compose):
    services = compose["services"]
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"] == {
            "postgres": {"condition": "service_healthy"},
            "redis": {"condition": "service_healthy"},
            "migrate": {"condition": "service_completed_successfully"},
        }
    assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert services["postgres"]["healthcheck"]["test"]
    assert services["redis"]["healthcheck"]["test"]


def test_only_the_web_service_is_reached_from_outside_and_only_from_this_machine(compose):
    ports = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}

    assert ports == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}


def test_images_are_pinned(compose, dockerfile):
    images = [service["image"] for service in compose["services"].values() if "build" not in service]
    images += re.findall(r"^FROM (\S+)", dockerfile, flags=re.MULTILINE)

    assert len(images) == 4
    assert all(re.search(r":\d+\.\d+", image) for image in images)


def test_the_image_runs_without_privileges_and_without_a_secret(dockerfile):
    last_stage = dockerfile.rpartition("FROM ")[2]

    assert re.search(r"^USER [1-9]\d*$", last_stage, flags=re.MULTILINE)
    assert "HEALTHCHECK" in last_stage
    assert not re.search(r"^(ADD|ARG|ENV .*(KEY|PASSWORD|SECRET|TOKEN))", dockerfile, flags=re.MULTILINE)
    assert "SECRET_KEY" not in re.sub(r"^RUN SECRET_KEY=\"\$\(", "", dockerfile, flags=re.MULTILINE)


def test_images_hold_neither_data_nor_secrets_nor_tests():
    lines = (settings.BASE_DIR / ".dockerignore").read_text().splitlines()

    assert lines[1] == "**", "everything is left out first"
    assert not {"!var", "!.env", "!.git", "!docs"} & set(lines)
    assert "**/tests" in lines
