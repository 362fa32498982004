-- A case as intake keeps it: the same rows, one statement a table. Values are those of `sample.sql`;
-- ids are numbers in order, which are uuids when they are read as hex.
\set n :n + 1
\set id (:n * 1000 + :client_id) * 10
\set contact :id + 1
\set case :id + 2
\set person :id + 3
\set heard :id + 4
\set told :id + 5
begin;
insert into delivery.idempotency (principal, method, key, digest, status, answer, at)
values (:principal, :method, lpad(:id::text, 36, '0'), :digest::bytea, :status::integer, :answer::bytea, :at::timestamptz);
insert into intake.data_keys (owner, key_id, wrapped)
values (lpad(:person::text, 32, '0')::uuid, :key_id::bytea, :wrapped::bytea);
insert into intake.persons (id) values (lpad(:person::text, 32, '0')::uuid);
insert into intake.details (person, field, sealed, lookup)
values (lpad(:person::text, 32, '0')::uuid, 'name', :name::bytea, null),
       (lpad(:person::text, 32, '0')::uuid, 'phone', :phone::bytea, decode(lpad(:person::text, 64, '0'), 'hex'));
insert into delivery.aggregate (key, sequence)
values (lpad(:contact::text, 32, '0')::uuid, 1), (lpad(:case::text, 32, '0')::uuid, 1);
insert into intake.contacts (id, channel, at, recorded_at, first_receiver, outcome, caller)
values (lpad(:contact::text, 32, '0')::uuid, :channel, :at::timestamptz, :at::timestamptz, :first_receiver::uuid, :outcome, lpad(:person::text, 32, '0')::uuid);
insert into delivery.audit (at, actor, action, key, detail)
values (:at::timestamptz, :actor, :action, lpad(:case::text, 32, '0')::uuid, :detail::jsonb);
insert into intake.cases (id, number, state, status, urgency, level, item, place)
values (lpad(:case::text, 32, '0')::uuid, lpad(:case::text, 14, '0'), :state::jsonb, :stands, :urgency, :level, :item, :place);
insert into intake.relations (case_id, relation, who)
values (lpad(:case::text, 32, '0')::uuid, 'own', lpad(:person::text, 32, '0')::uuid::text),
       (lpad(:case::text, 32, '0')::uuid, 'first-receiver', :first_receiver);
insert into intake.reports (case_id, words) values (lpad(:case::text, 32, '0')::uuid, :words::bytea);
with event as (
    insert into delivery.outbox (day, stream, subject, key, sequence, event, payload)
    values (:day::date, :stream, :contact_subject, lpad(:contact::text, 32, '0')::uuid, 1, lpad(:heard::text, 32, '0')::uuid, :contact_payload::bytea),
           (:day::date, :stream, :case_subject, lpad(:case::text, 32, '0')::uuid, 1, lpad(:told::text, 32, '0')::uuid, :case_payload::bytea)
    returning stream, seq, day
)
insert into delivery.outbox_pending (stream, seq, day) select stream, seq, day from event;
commit;
