-- When a case was entered, of one that was received before: written on paper while nothing could be
-- entered. Absent of all others.
alter table portal.board_case add column entered_late_at timestamptz;

update portal.board_case c set entered_late_at = t.at
from portal.timeline t
where t.key = c.key and t.what = 'case.accepted' and t.source = 'intake' and t.at > c.received_at;
