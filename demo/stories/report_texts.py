"""What the field office writes to its three donors, in both languages.

Facts of the year 2015 are those of CWS, 3 March 2015: two annual meetings, fourteen groups, three
sums, a rate of 5 percent, the help for neighbours, and what groups learn. What is said of later
trainings is made up with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """The same in both languages; an empty one is not written yet."""

    en: str = ""
    km: str = ""


# By the English title of the section.
Texts = Mapping[str, Text]

MORE = Text(
    "More than planned: neighbours joined in whom the plan had not counted.",
    "ច្រើនជាងផែនការ ព្រោះមានអ្នកជិតខាងចូលរួម ដែលផែនការមិនបានរាប់បញ្ចូល។",
)
FEWER = Text(
    "Less than planned: the days lay in the season of work in the fields. It is made up for later.",
    "តិចជាងផែនការ ព្រោះថ្ងៃរៀនចំរដូវធ្វើស្រែ។ ផ្នែកដែលខ្វះនឹងបំពេញនៅពេលក្រោយ។",
)

YEAR_OF_THE_MEETINGS: Texts = {
    "Summary of the year": Text(
        """Fourteen self-help groups of Battambang came to two annual meetings at the end of \
January 2015, in the villages of Ou Ta Teak and Kampong Lpov. They compared how they save, how they \
lend, how they keep their books, and how they settle what goes wrong.

## What the groups have saved
Since it began, the newest group has put aside **234,000 riel** and the oldest **2,943,700 riel**. \
A group of Ta Taok commune has reached **1,248,000 riel**. It lends at 5 percent a month, well below \
what its members would pay elsewhere in the village.

## What they do with it
- They help poor families in which somebody is ill.
- They share the cost of a funeral.
- They repair roads and other works of the village.""",
        """ក្រុមជួយខ្លួនឯងចំនួន១៤ នៅខេត្តបាត់ដំបង បានចូលរួមការប្រជុំប្រចាំឆ្នាំចំនួនពីរ នៅចុងខែមករា ឆ្នាំ២០១៥ \
នៅភូមិអូរតាទៀក និងភូមិកំពង់ល្ពៅ។ ក្រុមទាំងនោះបានប្រៀបធៀបរបៀបសន្សំ របៀបឱ្យខ្ចី របៀបកត់ត្រាបញ្ជី \
និងរបៀបដោះស្រាយបញ្ហា។

## ប្រាក់ដែលក្រុមបានសន្សំ
តាំងពីចាប់ផ្តើម ក្រុមថ្មីជាងគេសន្សំបាន **២៣៤,០០០ រៀល** ហើយក្រុមចាស់ជាងគេសន្សំបាន **២,៩៤៣,៧០០ រៀល**។ \
ក្រុមមួយនៅឃុំតាតោកសន្សំបាន **១,២៤៨,០០០ រៀល**។ ក្រុមនេះឱ្យខ្ចីដោយយកការប្រាក់ ៥ ភាគរយក្នុងមួយខែ \
ដែលទាបជាងការខ្ចីពីកន្លែងផ្សេងក្នុងភូមិឆ្ងាយ។

## ការប្រើប្រាស់ប្រាក់
- ជួយគ្រួសារក្រីក្រដែលមានអ្នកជំងឺ។
- ជួយចំណាយក្នុងពិធីបុណ្យសព។
- ជួសជុលផ្លូវ និងហេដ្ឋារចនាសម្ព័ន្ធផ្សេងទៀតក្នុងភូមិ។""",
    ),
    "Lessons learned": Text(
        """Groups learn from each other. The group of Ta Taok went further than most: its members \
keep the books themselves, and look together for new ways to earn an income.

The funds are still small. They need some more years before they carry larger loans, and in that \
time more members should learn to keep books.""",
        """ក្រុមនានារៀនពីគ្នាទៅវិញទៅមក។ ក្រុមនៅឃុំតាតោករីកចម្រើនជាងក្រុមភាគច្រើន ព្រោះសមាជិកកត់ត្រាបញ្ជីដោយខ្លួនឯង \
និងរួមគ្នារកមធ្យោបាយថ្មីដើម្បីបង្កើនចំណូល។

មូលនិធិរបស់ក្រុមនៅតូចនៅឡើយ។ ក្រុមត្រូវការពេលប៉ុន្មានឆ្នាំទៀត ទើបអាចឱ្យខ្ចីច្រើនជាងនេះ ហើយក្នុងអំឡុងពេលនោះ \
គួរឱ្យសមាជិកកាន់តែច្រើនរៀនកត់ត្រាបញ្ជី។""",
    ),
}

LAST_QUARTER: Texts = {
    "Description of the activity": Text(
        """The project works with self-help groups in villages of Battambang. Members save, lend \
to each other and keep their own books. The groups are also the place where women learn about safe \
water, sanitation and health, and how to recognise violence at home and what to do about it.

The work builds on the fourteen groups that compared their savings at two annual meetings in January \
2015. Trainings for members and their neighbours go with it.""",
        """គម្រោងធ្វើការជាមួយក្រុមជួយខ្លួនឯងតាមភូមិនានាក្នុងខេត្តបាត់ដំបង។ សមាជិកសន្សំប្រាក់ ឱ្យខ្ចីគ្នា \
និងកត់ត្រាបញ្ជីដោយខ្លួនឯង។ ក្រុមក៏ជាកន្លែងដែលស្ត្រីរៀនអំពីទឹកស្អាត អនាម័យ និងសុខភាព \
និងរៀនស្គាល់អំពើហិង្សាក្នុងគ្រួសារ និងវិធីដោះស្រាយ។

ការងារនេះបន្តពីក្រុមទាំង១៤ ដែលបានប្រៀបធៀបការសន្សំរបស់ខ្លួនក្នុងការប្រជុំប្រចាំឆ្នាំចំនួនពីរ នៅខែមករា ឆ្នាំ២០១៥។ \
គម្រោងក៏រៀបចំវគ្គបណ្តុះបណ្តាលសម្រាប់សមាជិក និងអ្នកជិតខាងផងដែរ។""",
    ),
    "Progress of the quarter": Text(
        """Trainings were held in the villages, close to the groups, so that members with small \
children could come. The table shows how many people came and what was planned for the quarter and \
the year.

All trainings, people and figures of this quarter are **made up for the demonstration**.""",
        """វគ្គបណ្តុះបណ្តាលបានរៀបចំតាមភូមិ នៅជិតក្រុម ដើម្បីឱ្យសមាជិកដែលមានកូនតូចអាចចូលរួមបាន។ \
តារាងបង្ហាញចំនួនអ្នកដែលបានចូលរួម និងអ្វីដែលបានគ្រោងសម្រាប់ត្រីមាស និងសម្រាប់ឆ្នាំ។

វគ្គបណ្តុះបណ្តាល មនុស្ស និងតួលេខទាំងអស់ក្នុងត្រីមាសនេះ គឺ **បង្កើតឡើងសម្រាប់ការសាកល្បង**។""",
    ),
    "Problems and remedies": Text(
        """- **Work in the fields.** Some members missed a day. The trainers repeat the main points \
at the next meeting of the group.
- **Bookkeeping.** In many groups one member alone keeps the books. Each group names a second one, \
who learns it beside the first.""",
        """- **ការងារស្រែចម្ការ។** សមាជិកខ្លះអវត្តមានមួយថ្ងៃ។ គ្រូបង្គោលនឹងរំលឹកចំណុចសំខាន់ៗនៅពេលប្រជុំក្រុមលើកក្រោយ។
- **ការកត់ត្រាបញ្ជី។** ក្នុងក្រុមជាច្រើន មានសមាជិកតែម្នាក់ដែលកត់ត្រាបញ្ជី។ ក្រុមនីមួយៗជ្រើសសមាជិកម្នាក់ទៀត \
ដើម្បីរៀនជាមួយអ្នកទីមួយ។""",
    ),
    "Plan of the next quarter": Text(
        """1. A refresher in bookkeeping for the second bookkeeper of each group.
2. Two days on saving and lending in each of the two communes.
3. Visits between groups, so that newer ones see how older ones work.""",
        """1. វគ្គរំលឹកការកត់ត្រាបញ្ជី សម្រាប់អ្នកកត់ត្រាបញ្ជីទីពីររបស់ក្រុមនីមួយៗ។
2. វគ្គរយៈពេលពីរថ្ងៃអំពីការសន្សំ និងការខ្ចី នៅឃុំនីមួយៗក្នុងចំណោមឃុំទាំងពីរ។
3. ទស្សនកិច្ចរវាងក្រុម ដើម្បីឱ្យក្រុមថ្មីឃើញរបៀបធ្វើការរបស់ក្រុមចាស់។""",
    ),
    "Success story": Text(
        """The group of Ta Taok commune had saved 1,248,000 riel by the annual meeting of 2015. \
Over the years its members took the bookkeeping into their own hands, and became better at it. With \
what the group earns it can lend at 5 percent a month, where others in the village take much more.""",
        """ក្រុមនៅឃុំតាតោកសន្សំបាន ១,២៤៨,០០០ រៀល ត្រឹមការប្រជុំប្រចាំឆ្នាំ ២០១៥។ តាំងពីដើមមក \
សមាជិកបានកត់ត្រាបញ្ជីដោយខ្លួនឯង ហើយកាន់តែមានជំនាញ។ ដោយសារប្រាក់ដែលក្រុមរកបាន ក្រុមអាចឱ្យខ្ចីដោយយកការប្រាក់ ៥ \
ភាគរយក្នុងមួយខែ ខណៈអ្នកឱ្យខ្ចីផ្សេងក្នុងភូមិយកការប្រាក់ខ្ពស់ជាងនេះឆ្ងាយ។""",
    ),
}

# Begun, and not finished: the page before submitting names what is still empty.
THIS_YEAR: Texts = {
    "Executive summary": Text(
        """The groups go on with what the fourteen of 2015 began: they save, lend, and help \
neighbours in need. This year's trainings are made up for the demonstration.""",
        """ក្រុមនានាបន្តការងារដែលក្រុមទាំង១៤ បានចាប់ផ្តើមមុនឆ្នាំ២០១៥៖ សន្សំប្រាក់ ឱ្យខ្ចី \
និងជួយអ្នកជិតខាងដែលខ្វះខាត។ វគ្គបណ្តុះបណ្តាលឆ្នាំនេះបង្កើតឡើងសម្រាប់ការសាកល្បង។""",
    ),
    "Target groups": Text(
        km="""សមាជិកក្រុមជួយខ្លួនឯង និងអ្នកជិតខាង នៅតាមភូមិនៃឃុំចំនួនពីរ។ សមាជិកភាគច្រើនជាស្ត្រី។""",
    ),
}
