"""What is found of made-up pairs: in other words, in other places, phases, shared platforms; and what isn't."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from maidinh.governance.duplication.classifying import Describer
from maidinh.governance.duplication.definition import DuplicationTerms, Profile, read_duplication_terms
from maidinh.governance.duplication.judging import Finding, Searcher
from maidinh.governance.duplication.profiles import national_platforms, profile_of_project
from maidinh.governance.duplication.reading import read_profiles
from maidinh.governance.duplication.texts import Vocabulary
from maidinh.governance.projects.reading import read_project
from maidinh.infrastructure.definitions.reading import DefinitionError

ROOT = Path(__file__).resolve().parents[3]
NATIONAL = ROOT / "definitions/national"


@pytest.fixture(scope="module")
def terms() -> DuplicationTerms:
    return read_duplication_terms(NATIONAL)


def profile(id_: str, title: str, **more: Any) -> Profile:
    content = {"id": id_, "title": {"vi": title}, "territory": ["Tỉnh Mẫu"], "begins": 2027, "kind": "project"}
    return Profile.model_validate(content | more)


def system(id_: str, title: str, **more: Any) -> Profile:
    return profile(id_, title, **({"kind": "system", "begins": 2020} | more))


STANDING = (
    system("civil", "Cơ sở dữ liệu hộ tịch", masters=["Sổ hộ tịch"], functions=["Đăng ký khai sinh, kết hôn"]),
    system("land", "Hệ thống thông tin đất đai", masters=["parcel"], functions=["Đăng ký biến động đất đai"]),
    system("merit", "Phần mềm quản lý hồ sơ người có công", masters=["Hồ sơ người có công"]),
    system("one-stop", "Hệ thống thông tin giải quyết thủ tục hành chính", functions=["Tiếp nhận, trả kết quả"]),
    system("gis", "Nền tảng bản đồ số GIS dùng chung", kind="platform"),
    system("elsewhere", "Cơ sở dữ liệu cung cầu lao động", territory=["Tỉnh Khác"], masters=["Người tìm việc"]),
)


def searched(terms: DuplicationTerms, proposal: Profile) -> list[Finding]:
    return Searcher(STANDING, terms).search(proposal)


def test_other_words_for_the_same_are_found_with_reasons_and_saving(terms: DuplicationTerms) -> None:
    proposal = profile("p", "Ứng dụng ghi sinh tử, kết hôn tại phường", masters=["Khai sinh", "Khai tử"],
                       functions=["Cấp giấy khai sinh"], build_cost=1_000_000_000, run_cost=100_000_000)  # fmt: skip
    first = searched(terms, proposal)[0]
    assert (first.other.id, first.kind) == ("civil", "duplicate")
    shares = terms.newest().saving
    expected = 1_000_000_000 * shares.duplicate.build + 100_000_000 * shares.duplicate.run * shares.years
    assert first.saving == round(expected)
    assert {"mastered", "object"} <= {each.code for each in first.reasons}
    named = next(each for each in first.reasons if each.code == "object")
    assert "hộ tịch" in named.in_language("vi")["what"]
    assert "civil status" in named.in_language("en")["what"]


def test_reasons_name_data_and_classifications_by_their_names(terms: DuplicationTerms) -> None:
    names = {"brm:brm-kinh-te": ("Kinh tế", "Economy"), "drm:data-4": ("Đất đai", "Cadastre")}
    coded = {"classification": {"brm": ["brm-kinh-te"], "drm": ["data-4"]}}
    land = system("land", "Hệ thống thông tin đất đai", masters=["parcel"], **coded)
    proposal = profile("p", "Sổ theo dõi thửa đất của phường", masters=["Thửa đất"], **coded)
    (found,) = Searcher([land], terms, names=names).search(proposal)
    said = {each.code: each for each in found.reasons}
    assert said["mastered"].in_language("vi")["what"] == "Thửa đất ↔ thửa đất (parcel)"
    assert said["mastered"].in_language("en")["what"].endswith("parcels of land (parcel)")
    assert said["codes"].in_language("vi")["what"] == "Kinh tế (brm-kinh-te), Đất đai (DRM data-4)"
    assert said["codes"].in_language("en")["what"] == "Economy (brm-kinh-te), Cadastre (DRM data-4)"
    assert "parcel" not in said["words"].in_language("vi")["what"]


def test_what_people_say_for_a_plain_word_is_read_as_that_word(terms: DuplicationTerms) -> None:
    registers = (system("shops", "Quản lý nhà thuốc", functions=["Kiểm tra nhà thuốc"]), STANDING[1])
    proposal = profile("p", "Nắm các tiệm thuốc trong phường", functions=["Hậu kiểm tiệm thuốc"])
    found = Searcher(registers, terms).search(proposal)
    assert [each.other.id for each in found] == ["shops"]


def test_words_that_only_mean_the_same_are_told_as_such(terms: DuplicationTerms) -> None:
    stands = system("stands", "Sổ theo dõi xác máy bay không người lái", functions=["Kiểm đếm xác máy bay"])
    proposal = profile("p", "Sổ theo dõi xác flycam rơi", functions=["Kiểm đếm xác flycam"])
    (found,) = Searcher((stands,), terms).search(proposal)
    said = {each.code: each.in_language("vi")["what"] for each in found.reasons if "what" in each.values}
    assert "máy bay không người lái" not in said.get("words", "")
    assert "máy bay" in said["alike"]


def test_another_thing_done_with_the_same_object_ranks_behind(terms: DuplicationTerms) -> None:
    same = system("same", "Phần mềm vườn cây ăn trái", functions=["Cấp mã số vườn cây ăn trái"])
    other = system("other", "Phần mềm vườn cây ăn trái", functions=["Dự báo thời tiết cho vườn cây ăn trái"])
    proposal = profile("p", "Cấp mã cho vườn cây ăn trái", functions=["Cấp mã số, gia hạn mã số"])
    found = Searcher((same, other), terms).search(proposal)
    assert found[0].other.id == "same"
    scores = {each.other.id: each.score for each in found}
    assert scores["same"] > scores.get("other", 0.0) + 0.1
    said = {each.code: each.in_language("en").get("what", "") for each in found[0].reasons}
    assert "licensing" in said["process"]


def test_two_parts_of_one_object_speak_against_each_other(terms: DuplicationTerms) -> None:
    stands = system("fire", "Hệ thống cháy rừng", masters=["Điểm cháy rừng"])
    same = profile("p", "Phần mềm phát hiện cháy rừng", masters=["Vụ cháy rừng"])
    other = profile("p", "Phần mềm vườn ươm cây lâm nghiệp", masters=["Vườn ươm trồng rừng"])
    searcher = Searcher((stands,), terms)
    assert searcher.search(same)[0].score > max((each.score for each in searcher.search(other)), default=0.0) + 0.2


def test_a_system_beside_one_of_the_whole_nation_is_run_twice(terms: DuplicationTerms) -> None:
    mine = system("mine", "Quản lý hiện vật bảo tàng", masters=["Hiện vật"], functions=["Kiểm kê hiện vật"],
                  run_cost=10, build_cost=1000)  # fmt: skip
    wide = system("wide", "Cơ sở dữ liệu quốc gia về hiện vật bảo tàng", kind="platform", territory=["Toàn quốc"],
                  masters=["Hiện vật"], functions=["Kiểm kê hiện vật"])  # fmt: skip
    (found,) = Searcher((wide,), terms).search(mine)
    assert (found.kind, found.reasons[0].code) == ("overlap", "run_twice")
    share = terms.newest().saving
    assert found.saving == round(10 * share.overlap.run * share.years)  # what stands was paid for
    one_stop = system("mine", "Hệ thống thông tin giải quyết thủ tục hành chính", functions=["Tiếp nhận hồ sơ"])
    portal = system("wide", "Cổng dịch vụ công quốc gia", kind="platform", territory=["Toàn quốc"],
                    functions=["Tiếp nhận hồ sơ thủ tục hành chính"])  # fmt: skip
    assert {each.kind for each in Searcher((portal,), terms).search(one_stop)} <= {"complementary"}


def test_a_part_must_be_of_something_in_its_field(terms: DuplicationTerms) -> None:
    content = terms.model_dump(by_alias=True)
    content["fields"][0]["objects"][0]["part_of"] = "nothing"
    with pytest.raises(ValueError, match="is part of 'nothing'"):
        DuplicationTerms.model_validate(content)


def test_a_weak_likeness_states_no_saving(terms: DuplicationTerms) -> None:
    searcher = Searcher(STANDING, terms)
    proposal = profile("p", "Xây dựng phần mềm", build_cost=1_000_000_000)
    least = terms.newest().thresholds.saving
    assert searcher.saving(proposal, "should-reuse", least) > 0
    assert searcher.saving(proposal, "should-reuse", least - 0.01) == 0
    assert searcher.saving(proposal, "complementary", 0.99) == 0


def test_profiles_held_against_each_other_are_found_as_from_outside(terms: DuplicationTerms) -> None:
    proposals = [
        profile("p", "Ứng dụng ghi sinh tử, kết hôn tại phường", masters=["Khai sinh"], build_cost=1_000_000_000),
        profile("q", "Sổ hộ tịch điện tử của xã", masters=["Sổ hộ tịch"]),
        profile("r", "Phần mềm chấm điểm giải cờ vua"),
    ]
    searcher = Searcher([*STANDING, *proposals], terms)
    within = searcher.within([each.id for each in proposals])
    assert within == searcher.all(proposals)
    assert {each.other.id for each in within["p"]} >= {"civil", "q"}
    assert searcher.within(["nobody"]) == {} == Searcher([], terms).within(["p"])


def test_the_same_frame_of_words_about_something_else_is_not_found(terms: DuplicationTerms) -> None:
    proposal = profile("p", "Xây dựng cơ sở dữ liệu, phần mềm quản lý đàn vật nuôi", masters=["Đàn vật nuôi"])
    assert not searched(terms, proposal)


def test_what_has_no_diacritics_is_read_by_its_bare_letters(terms: DuplicationTerms) -> None:
    proposal = profile("p", "Xay dung CSDL nguoi co cong", masters=["liet si, thuong binh"])
    assert searched(terms, proposal)[0].other.id == "merit"


def test_a_phase_and_an_instance_complement_what_they_name(terms: DuplicationTerms) -> None:
    for part in ("phase_of", "instance_of"):
        proposal = profile("p", "Mở rộng hệ thống thông tin đất đai", masters=["parcel"],
                           functions=["Đăng ký biến động đất đai"], build_cost=10, **{part: "land"})  # fmt: skip
        found = {each.other.id: each for each in searched(terms, proposal)}
        assert found["land"].kind == "complementary"
        assert found["land"].saving == 0


def test_a_shared_platform_should_be_reused(terms: DuplicationTerms) -> None:
    proposal = profile("p", "Xây dựng nền tảng bản đồ số, webgis của ngành", functions=["Bản đồ số dùng chung"])
    found = {each.other.id: each.kind for each in searched(terms, proposal)}
    assert found["gis"] == "should-reuse"


def test_a_place_that_neither_states_is_no_reason(terms: DuplicationTerms) -> None:
    everywhere = system("gis", "Nền tảng bản đồ số GIS dùng chung", kind="platform", territory=["Toàn quốc"])
    proposal = profile("p", "Xây dựng nền tảng bản đồ số, webgis của ngành", territory=[])
    found = Searcher((everywhere,), terms).search(proposal)
    assert found
    assert all(reason.values.get("what", "-") for each in found for reason in each.reasons)


def test_the_same_in_another_province_is_likelier_here(terms: DuplicationTerms) -> None:
    words = {"masters": ["Người tìm việc", "Cung cầu lao động"]}
    here = profile("p", "Cơ sở dữ liệu thị trường lao động", **words)
    there = here.model_copy(update={"id": "q", "territory": ["Tỉnh Khác"]})
    searcher = Searcher(STANDING, terms)
    scores = [next((each.score for each in searcher.search(one) if each.other.id == "elsewhere"), 0.0)
              for one in (here, there)]  # fmt: skip
    assert scores[1] > scores[0]


def test_a_proposal_is_not_held_against_itself(terms: DuplicationTerms) -> None:
    searcher = Searcher(STANDING, terms)
    assert all(each.other.id != "land" for each in searcher.search(STANDING[1]))


def test_codes_that_the_words_contradict_are_flagged(terms: DuplicationTerms) -> None:
    wrong = profile("p", "Cơ sở dữ liệu đất đai", masters=["parcel"], classification={"brm": ["brm-xa-hoi"]})
    flags = {each.model: each for each in Searcher([], terms).code_flags(wrong)}
    assert (flags["brm"].declared, flags["brm"].predicted) == (("brm-xa-hoi",), "brm-kinh-te")
    right = wrong.model_copy(update={"classification": {"brm": ["brm-kinh-te"], "drm": ["data-4"]}})
    assert not {"brm", "drm"} & {each.model for each in Searcher([], terms).code_flags(right)}


def test_what_a_thing_is_linked_to_is_not_what_it_is(terms: DuplicationTerms) -> None:
    meaning = Vocabulary(terms).read("Quản lý cấp phép xây dựng, kết nối cơ sở dữ liệu đất đai")
    assert "land" in meaning.linked
    assert "land" not in meaning.objects


def test_many_at_once_are_found_as_one_by_one(terms: DuplicationTerms) -> None:
    searcher = Searcher(STANDING, terms)
    proposals = [each.model_copy(update={"id": f"p-{each.id}", "kind": "project"}) for each in STANDING]
    together = searcher.all(proposals)
    assert together == {each.id: searcher.search(each) for each in proposals}
    assert all(together[f"p-{each.id}"][0].other.id == each.id for each in STANDING[:4])
    begun = time.perf_counter()
    searcher.search(proposals[0])
    assert time.perf_counter() - begun < 0.3


def test_national_platforms_are_profiles_with_their_source(terms: DuplicationTerms) -> None:
    found = {each.id: each for each in national_platforms(NATIONAL, terms)}
    assert found["national:A16"].title.vi == "Nền tảng VNeID"
    assert found["national:A16"].source
    assert not found["national:A16"].checked  # what it is for was read from its name
    assert {f"national:A{n}" for n in range(1, 18)} <= found.keys()


def test_a_project_is_a_profile() -> None:
    project = read_project(ROOT / "definitions/provinces/vinh-phuc/projects/cap-phep-xay-dung-2027.yaml")
    found = profile_of_project(project)
    assert "building-permit" in found.masters
    assert found.classification["arm"] == ["AP-SECTOR", "DB-SECTOR", "SI-DATASVC"]
    assert found.build_cost == project.total
    assert (found.begins, found.ends) == (2026, 2027)


def test_a_province_and_an_inventory_are_read_and_what_is_wrong_is_told_at_its_field(tmp_path: Path) -> None:
    ids = {each.id for each in read_profiles(ROOT / "definitions/provinces/vinh-phuc")}
    assert {"one-stop", "lgsp", "cap-phep-xay-dung-2027"} <= ids
    assert len(read_profiles(ROOT / "definitions/examples/duplicates")) == 4
    wrong = tmp_path / "inventory.yaml"
    wrong.write_text("profiles:\n  - id: a\n    title: {vi: A}\n    build_cost: -5\n", "utf-8")
    with pytest.raises(DefinitionError) as error:
        read_profiles(wrong)
    assert error.value.problems[0].place == "profiles.0.build_cost"
    assert error.value.problems[0].line == 4
    twice = tmp_path / "twice.yaml"
    twice.write_text("profiles:\n  - {id: a, title: {vi: A}}\n  - {id: a, title: {vi: B}}\n", "utf-8")
    with pytest.raises(DefinitionError, match="stands twice"):
        read_profiles(twice)
    with pytest.raises(DefinitionError):
        read_profiles(tmp_path)


def test_what_no_word_of_the_terms_names_is_found_by_its_text(terms: DuplicationTerms) -> None:
    without = terms.model_copy(update={"fields": [each for each in terms.fields if each.id != "culture"]})
    standing = (*STANDING, system("fields", "Quản lý sân bóng, nhà thi đấu", functions=["Cho thuê sân theo giờ"]))
    proposal = profile("p", "Phần mềm đặt sân bóng của phường", functions=["Thuê sân bóng theo giờ"])
    first = Searcher(standing, without).search(proposal)[0]
    assert first.other.id == "fields"
    assert {"words", "functions"} & {each.code for each in first.reasons}


def test_the_whole_of_a_province_is_read_from_its_owner(terms: DuplicationTerms) -> None:
    places = [
        Describer(terms).describe(profile("p", "A", territory=[stated], owner=owner)).places
        for stated, owner in (
            ("Toàn tỉnh", "Sở Y tế tỉnh Mẫu"), ("Phường Một", "UBND phường Một, tỉnh Mẫu"), ("TP. Mẫu", "Sở Y tế"),
            ("Toàn quốc", "Sở Y tế tỉnh Mẫu"),
        )
    ]  # fmt: skip
    assert places == [{"mau"}, {"mot", "mau"}, {"mau"}, set()]


def test_the_same_in_another_place_is_not_told(terms: DuplicationTerms) -> None:
    there = STANDING[0].model_copy(update={"id": "p", "kind": "project", "territory": ["Tỉnh Khác"]})
    assert all(each.other.id != "civil" for each in searched(terms, there))


def test_what_stands_already_is_no_investment(terms: DuplicationTerms) -> None:
    again = STANDING[0].model_copy(update={"id": "again"})
    found = searched(terms, again)[0]
    assert (found.other.id, found.kind, found.saving) == ("civil", "complementary", 0)
    assert "standing" in {each.code for each in found.reasons}


def test_of_two_proposals_that_repeat_a_third_the_third_comes_first(terms: DuplicationTerms) -> None:
    words = {"masters": ["Sổ hộ tịch"], "functions": ["Đăng ký khai sinh, kết hôn"]}
    other = profile("q", "Phần mềm khai sinh, kết hôn", **words)
    proposal = profile("p", "Phần mềm ghi khai sinh, kết hôn", **words)
    alone = Searcher([other], terms).search(proposal)[0].score
    found = {each.other.id: each.score for each in Searcher([*STANDING, other], terms).search(proposal)}
    assert found["civil"] > found.get("q", 0.0)
    assert found.get("q", 0.0) < alone
