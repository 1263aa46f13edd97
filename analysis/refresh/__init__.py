"""One command from publishers to reports: fetch, rebuild, check, report, compare. Safe to stop at any moment."""
