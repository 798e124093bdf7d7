"""The vocabulary of figures, and rules of counting that know nothing of what is counted.

A figure is declared once, as a `Definition`: what it is called, what it says, where that comes
from, how it is counted and what list is behind it.

    @figure(REACH, _("People reached"), Unit.PEOPLE, definition=_("Different people who …"),
            behind=people_who_completed)
    def reach(scope: Scope) -> Outcome:
        return total(scope.graduates().distinct_people())

Each app has a `Scope` of its own, which says what is counted: a training, a group in a period, a
tier of a programme. The figures of an app stand in one explicit list, `FIGURES`, in the order of
its page, and `catalogue` knows the figures of every app.
"""
