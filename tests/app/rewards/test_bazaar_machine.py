"""Whatever happens in whatever order: stock and points are what a simple model says."""

import itertools
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from backend.app.core.db import db, transaction
from backend.app.core.errors import DomainError
from backend.app.points.models import PointsBalance
from backend.app.rewards.models import StockBalance
from backend.app.rewards.redemptions import handover
from backend.app.rewards.redemptions import operations as redemptions
from backend.app.rewards.redemptions.codes import make_code
from backend.app.rewards.stock import counts as stock_counts
from backend.app.rewards.stock import operations as stock
from backend.app.rewards.stock.counts import Counted
from tests.app.rewards.test_rush import check_sums
from tests.factories.rewards import deliver, make_bazaar, make_reward, make_villager

numbers = itertools.count(1)


class BazaarMachine(RuleBasedStateMachine):
    """Two villagers, one shop, two rewards; the model is a few integers."""

    reserved = Bundle("reserved")
    fetched = Bundle("fetched")
    bazaar = None

    @initialize()
    def open(self) -> None:
        self.people = [make_villager(self.bazaar.county, 90) for _ in range(2)]
        self.rewards = [
            make_reward(self.bazaar.staff, self.bazaar.county.id, price=price)
            for price in (20, 45)
        ]  # fmt: skip
        self.price = dict(zip(self.rewards, (20, 45), strict=True))
        for reward in self.rewards:
            deliver(self.bazaar.staff, self.bazaar.shop_id, reward, 2)
        self.shelf = dict.fromkeys(self.rewards, 2)
        self.aside = dict.fromkeys(self.rewards, 0)
        self.purse = dict.fromkeys(self.people, 90)

    def does(self, act) -> bool:
        try:
            with transaction():
                act()
        except DomainError:
            return False
        return True

    @rule(target=reserved, who=st.integers(0, 1), what=st.integers(0, 1))
    def reserve(self, who: int, what: int):
        person, reward, found = self.people[who], self.rewards[what], []
        possible = (
            self.shelf[reward] > self.aside[reward] and self.purse[person] >= self.price[reward]
        )

        def act() -> None:
            made = redemptions.reserve(person, uuid4(), reward, self.bazaar.shop_id)
            found.append(made.id)

        assert self.does(act) is possible
        if not possible:
            return (None, person, reward)
        self.aside[reward] += 1
        self.purse[person] -= self.price[reward]
        return (found[0], person, reward)

    @rule(target=fetched, one=consumes(reserved))
    def fetch(self, one):
        redemption, person, reward = one
        if redemption is None:
            return one
        with transaction():
            digits, _ = make_code(redemptions.own_redemption(person, redemption))
        assert self.does(
            lambda: handover.hand_out(self.bazaar.keeper, redemption, digits, uuid4(), False)
        )
        self.aside[reward] -= 1
        self.shelf[reward] -= 1
        return one

    @rule(one=consumes(reserved))
    def give_up(self, one) -> None:
        redemption, person, reward = one
        if redemption is not None:
            assert self.does(lambda: redemptions.cancel(person, redemption))
            self.aside[reward] -= 1
            self.purse[person] += self.price[reward]

    @rule(one=consumes(fetched), good=st.booleans())
    def bring_back(self, one, good: bool) -> None:
        redemption, person, reward = one
        if redemption is not None:
            assert self.does(
                lambda: handover.bring_back(self.bazaar.cadre, redemption, "不想要了", good)
            )
            self.shelf[reward] += good
            self.purse[person] += self.price[reward]

    @rule(what=st.integers(0, 1), quantity=st.integers(-1, 3))
    def take_in(self, what: int, quantity: int) -> None:
        reward = self.rewards[what]
        done = self.does(
            lambda: stock.deliver(self.bazaar.staff, self.bazaar.shop_id, reward, quantity)
        )
        assert done is (quantity >= 1)
        self.shelf[reward] += quantity if done else 0

    @rule(what=st.integers(0, 1), counted=st.integers(0, 4))
    def count(self, what: int, counted: int) -> None:
        reward, made = self.rewards[what], []
        bazaar = self.bazaar

        def note() -> None:
            lines = [Counted(reward, counted, "数出来的")]
            count = stock_counts.count_stock(bazaar.staff, bazaar.shop_id, lines)
            made.append((count.id, count.state))

        assert self.does(note)
        count_id, state = made[0]
        if state == "booked":
            return
        agreed = self.does(lambda: stock_counts.confirm_count(bazaar.other_staff, count_id))
        assert agreed is (counted >= self.aside[reward])
        if agreed:
            self.shelf[reward] = counted
        else:
            assert self.does(lambda: stock_counts.drop_count(bazaar.staff, count_id))

    @invariant()
    def the_database_agrees(self) -> None:
        if not hasattr(self, "rewards"):
            return
        db.session.rollback()
        db.session.expire_all()
        for reward in self.rewards:
            row = db.session.get_one(StockBalance, (self.bazaar.shop_id, reward))
            assert (row.on_hand, row.reserved) == (self.shelf[reward], self.aside[reward])
        for person in self.people:
            assert db.session.get_one(PointsBalance, person).balance == self.purse[person]
        check_sums()


@pytest.mark.load
def test_stock_and_points_are_what_a_simple_model_says(app: Flask) -> None:
    BazaarMachine.bazaar = make_bazaar(stocked=0)
    run_state_machine_as_test(
        BazaarMachine,
        settings=settings(
            max_examples=25, stateful_step_count=20, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
