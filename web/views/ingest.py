"""The Ingest page: what came in, what was stored, what was not and why."""

from __future__ import annotations

from django.http import HttpResponse

from backend.core.errors import InvalidInput
from backend.intake import services
from web.access import ProjectRequest, project_view
from web.charts import intake_chart
from web.htmx import render_page
from web.timerange import PRESETS, parse_range


@project_view("ingest:read")
def ingest_page(request: ProjectRequest) -> HttpResponse:
    problem = None
    try:
        window = parse_range(request.GET or {"range": "1h"})
    except InvalidInput as error:
        problem, window = error, parse_range({"range": "1h"})
    view = services.overview(request.project.id, window.start_ns, window.end_ns)
    rejected = sorted(view.rejected.items(), key=lambda item: -item[1])
    return render_page(
        request,
        "ingest/ingest.html",
        partial="content",
        status=400 if problem else 200,
        intake=view,
        rejected=rejected,
        rejected_total=sum(view.rejected.values()),
        waiting_bytes=sum(spool.waiting_bytes for spool in view.spools),
        oldest_s=max((spool.oldest_waiting_s for spool in view.spools), default=0),
        chart=intake_chart(view.series),
        range=window,
        presets=PRESETS.items(),
        refresh_url=request.get_full_path(),
        problem=problem,
    )
