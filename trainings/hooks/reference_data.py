"""What every installation begins with: topics, the United Nations' goals, age bands.

Loaded after each migration. What is there already stays as administrators made it.
"""

from typing import Any

from django.db import DEFAULT_DB_ALIAS

TOPICS = [
    ("ភាពជាអ្នកដឹកនាំរបស់ស្ត្រី", "Women in leadership"),
    ("សិទ្ធិស្ត្រី", "Women's rights"),
    ("យេនឌ័រ", "Gender"),
    ("អំពើហិង្សាក្នុងគ្រួសារ", "Domestic violence"),
    ("ការសន្សំ និងការខ្ចីប្រាក់", "Saving and lending"),
    ("ការកត់ត្រាបញ្ជីគណនេយ្យ", "Bookkeeping"),
    ("ទឹកស្អាត និងអនាម័យ", "Water, sanitation and hygiene"),
    ("សុខភាព និងអាហារូបត្ថម្ភ", "Health and nutrition"),
    ("អភិបាលកិច្ចមូលដ្ឋាន", "Local governance"),
    ("ជំនាញបង្រៀន", "Training skills"),
    ("កសិកម្ម", "Agriculture"),
    ("ការបង្កើតមុខរបរ", "Starting a business"),
]

# The Millennium Development Goals ran from 2000 to 2015, the Sustainable ones from 2016 to 2030.
MDG = [
    ("លុបបំបាត់ភាពក្រីក្រ និងភាពអត់ឃ្លានធ្ងន់ធ្ងរ", "Eradicate extreme poverty and hunger"),
    ("សម្រេចការអប់រំបឋមសិក្សាជាសកល", "Achieve universal primary education"),
    (
        "លើកកម្ពស់សមភាពយេនឌ័រ និងភាពអង់អាចរបស់ស្ត្រី",
        "Promote gender equality and empower women",
    ),
    ("កាត់បន្ថយមរណភាពកុមារ", "Reduce child mortality"),
    ("លើកកម្ពស់សុខភាពមាតា", "Improve maternal health"),
    (
        "ប្រយុទ្ធនឹងជំងឺអេដស៍ គ្រុនចាញ់ និងជំងឺដទៃទៀត",
        "Combat HIV/AIDS, malaria and other diseases",
    ),
    ("ធានានិរន្តរភាពបរិស្ថាន", "Ensure environmental sustainability"),
    ("ភាពជាដៃគូសកលដើម្បីការអភិវឌ្ឍ", "A global partnership for development"),
]
SDG = [
    ("លុបបំបាត់ភាពក្រីក្រ", "No poverty"),
    ("លុបបំបាត់ភាពអត់ឃ្លាន", "Zero hunger"),
    ("សុខភាពល្អ និងសុខុមាលភាព", "Good health and well-being"),
    ("ការអប់រំប្រកបដោយគុណភាព", "Quality education"),
    ("សមភាពយេនឌ័រ", "Gender equality"),
    ("ទឹកស្អាត និងអនាម័យ", "Clean water and sanitation"),
    ("ថាមពលស្អាតក្នុងតម្លៃសមរម្យ", "Affordable and clean energy"),
    ("ការងារសមរម្យ និងកំណើនសេដ្ឋកិច្ច", "Decent work and economic growth"),
    ("ឧស្សាហកម្ម នវានុវត្តន៍ និងហេដ្ឋារចនាសម្ព័ន្ធ", "Industry, innovation and infrastructure"),
    ("កាត់បន្ថយវិសមភាព", "Reduced inequalities"),
    ("ទីក្រុង និងសហគមន៍ប្រកបដោយចីរភាព", "Sustainable cities and communities"),
    ("ការផលិត និងការប្រើប្រាស់ប្រកបដោយការទទួលខុសត្រូវ", "Responsible consumption and production"),
    ("វិធានការអាកាសធាតុ", "Climate action"),
    ("ជីវិតក្រោមទឹក", "Life below water"),
    ("ជីវិតលើដី", "Life on land"),
    ("សន្តិភាព យុត្តិធម៌ និងស្ថាប័នរឹងមាំ", "Peace, justice and strong institutions"),
    ("ភាពជាដៃគូដើម្បីសម្រេចគោលដៅ", "Partnerships for the goals"),
]

# Names, and the ages at which each band begins; the last one is open.
SCHEMES = [
    ("ស្តង់ដារ", "Standard", [0, 15, 18, 25, 35, 50]),
    # The youth policy of Cambodia calls people of 15 to 30 years young.
    ("គោលនយោបាយយុវជន", "Youth policy", [0, 15, 31]),
]


def load(*, using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Add the topics, goals and age bands that are missing."""
    from trainings.models import Goal, Topic

    Topic.objects.using(using).bulk_create(
        [Topic(name_km=km, name_en=en) for km, en in TOPICS], ignore_conflicts=True
    )
    Goal.objects.using(using).bulk_create(
        [
            Goal(family=family, number=number, name_km=km, name_en=en)
            for family, goals in [("MDG", MDG), ("SDG", SDG)]
            for number, (km, en) in enumerate(goals, start=1)
        ],
        ignore_conflicts=True,
    )
    _load_schemes(using)


def _load_schemes(using: str) -> None:
    from trainings.models import AgeBand, AgeBandScheme

    if AgeBandScheme.objects.using(using).exists():
        return
    for place, (km, en, starts) in enumerate(SCHEMES):
        scheme = AgeBandScheme.objects.using(using).create(
            name_km=km, name_en=en, is_default=place == 0
        )
        ends = [start - 1 for start in starts[1:]] + [None]
        AgeBand.objects.using(using).bulk_create(
            AgeBand(scheme=scheme, from_age=start, to_age=end)
            for start, end in zip(starts, ends, strict=True)
        )
