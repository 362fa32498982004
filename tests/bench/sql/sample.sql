-- The first case that intake accepted, as texts by the names of `accept.sql`.
select
    i.principal, i.method, i.digest::text as digest, i.status::text as status,
    i.answer::text as answer, i.at::text as at,
    k.key_id::text as key_id, k.wrapped::text as wrapped,
    called.sealed::text as name, phone.sealed::text as phone,
    c.channel, c.first_receiver::text as first_receiver, c.outcome,
    a.actor, a.action, a.detail::text as detail,
    s.state::text as state, s.status as stands, s.urgency, s.level, s.item, s.place,
    r.words::text as words,
    heard.day::text as day, heard.stream as stream,
    heard.subject as contact_subject, heard.payload::text as contact_payload,
    told.subject as case_subject, told.payload::text as case_payload
from (select * from intake.cases order by id limit 1) s
join intake.reports r on r.case_id = s.id
join delivery.audit a on a.key = s.id
join delivery.outbox told on told.key = s.id
join intake.contacts c on c.id = (select id from intake.contacts order by id limit 1)
join delivery.outbox heard on heard.key = c.id
join intake.data_keys k on k.owner = c.caller
join intake.details called on called.person = c.caller and called.field = 'name'
join intake.details phone on phone.person = c.caller and phone.field = 'phone'
join (select * from delivery.idempotency where method like '%AcceptCase' order by at limit 1) i
    on true
