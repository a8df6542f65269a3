"""API addresses of exam packs."""

from django.urls import path

from portal.examination.api import ExamPackFile, ExamPacks, OneExamPack

urlpatterns = [
    path("exam-packs/", ExamPacks.as_view(), name="api_exam_packs"),
    path("exam-packs/<uuid:exam_pack>/", OneExamPack.as_view(), name="api_exam_pack"),
    path("exam-packs/<uuid:exam_pack>/file/", ExamPackFile.as_view(), name="api_exam_pack_file"),
]
