"""Areas for tests."""

import factory

from areas.models import Area, Membership, Role


class AreaFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Area

    key = factory.Sequence(lambda n: f"AREA{n}")
    name = factory.LazyAttribute(lambda area: area.key.title())


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    role = Role.LEAD
