"""What the containers promise and a linter does not look at."""

import re

import pytest
import yaml
from django.conf import settings

from okrtracker import environment

ASKED_FOR = {"SITE_URL", "ALLOWED_HOSTS"}
SECRETS = {"secret_key", "postgres_password", "email_url"}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def dockerfile():
    return (settings.BASE_DIR / "Dockerfile").read_text()


def test_the_parts_of_an_installation(compose):
    assert set(compose["services"]) == {"postgres", "redis", "migrate", "web", "worker", "beat"}


def test_no_secret_has_a_default(compose):
    text = (settings.BASE_DIR / "docker-compose.yml").read_text()

    asked = {name: rest[:2] for name, rest in re.findall(r"\$\{(\w+)([^}]*)\}", text)}

    assert {name for name, kind in asked.items() if kind == ":?"} == ASKED_FOR
    assert compose["secrets"] == {name: {"file": f"./secrets/{name}"} for name in SECRETS}
    assert "OIDC_CLIENT_SECRET: ${OIDC_CLIENT_SECRET:-}" in text, "empty: no single sign-on"


def test_what_an_installation_says_reaches_its_containers(compose):
    """But not what is for development, for other databases or for what the file or the image decides."""
    own = {
        "DEBUG",
        "DATABASE_URL",
        "CELERY_BROKER_URL",
        "CACHE_URL",
        "SECRET_KEY",
        "EMAIL_URL",
        "METRICS_DIR",
    }
    text = (settings.BASE_DIR / "okrtracker/settings.py").read_text()
    read = set(re.findall(r'environment\.\w+\(\s*"([A-Z_]+)"', text))
    told = compose["services"]["web"]["environment"]

    assert read - own <= {name for name, value in told.items() if f"${{{name}:" in value}


def test_secrets_reach_containers_as_files_alone(compose):
    for name, service in compose["services"].items():
        told = service.get("environment", {})
        files = {value for key, value in told.items() if key.endswith("_FILE")}
        assert files == {f"/run/secrets/{secret}" for secret in service.get("secrets", [])}, name
        assert not {"SECRET_KEY", "DATABASE_PASSWORD", "POSTGRES_PASSWORD", "EMAIL_URL"} & set(told)
        assert not re.search(r"://[^/]*:[^/]*@", str(told)), "no password in an address"


@pytest.mark.parametrize("setting", ["SECRET_KEY", "DATABASE_PASSWORD", "EMAIL_URL"])
def test_the_product_reads_these_files(setting, compose, tmp_path, monkeypatch):
    assert f"{setting}_FILE" in compose["services"]["web"]["environment"]
    (tmp_path / "secret").write_text("of its own\n")
    monkeypatch.delenv(setting, raising=False)
    monkeypatch.setenv(f"{setting}_FILE", str(tmp_path / "secret"))

    assert environment.read(setting) == "of its own"


def test_the_example_environment_names_what_is_asked_for_and_how_secrets_are_made():
    text = (settings.BASE_DIR / ".env.example").read_text()
    values = dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))

    assert values.keys() >= ASKED_FOR
    assert all(f"> secrets/{name}" in text for name in SECRETS)
    assert "secrets/" in (settings.BASE_DIR / ".gitignore").read_text().splitlines()


def test_every_container_is_held_as_tightly_as_it_can_be(compose):
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "privileged" not in service
        assert "cap_add" not in service
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
        assert service.get("user", "the Dockerfile's") not in {"root", "0"}
        assert "build" in service or "user" in service, "an image of others would begin as root"
        assert not any(volume.startswith(("/", ".", "~")) for volume in service["volumes"]), (
            "no place of the host"
        )


def test_database_and_broker_reach_nothing_but_the_product(compose):
    assert compose["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "redis"):
        assert compose["services"][name]["networks"] == ["inside"]


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
