"""Compute and people: what the technology industry spends on compute and on people.

The loaders a notebook needs; each takes `as_of="latest"` or an ISO date and returns a pandas frame
with units in the column names.
"""

from analysis.tables.assumptions import assumption
from analysis.tables.companies import HYPERSCALERS, company_name, load_companies
from analysis.tables.coverage import companies_with_enough_data, data_date
from analysis.tables.facts import load_facts
from analysis.tables.guidance import load_guidance, load_statements
from analysis.tables.labour import load_industry_monthly, load_labour
from analysis.tables.layoffs import load_layoffs
from analysis.tables.panel import load_panel

__all__ = [
    "HYPERSCALERS", "assumption", "companies_with_enough_data", "company_name", "data_date", "load_companies",
    "load_facts", "load_guidance", "load_industry_monthly", "load_labour", "load_layoffs", "load_panel",
    "load_statements",
]
