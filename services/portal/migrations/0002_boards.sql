-- What is shown of a case in lists, from the events of all services. Never written back, and rebuilt
-- from the streams if it must be.
create table portal.board_case (
    key uuid primary key,
    number text not null unique,
    kind text not null,
    item text not null,
    place text not null,
    -- The place and each one that it lies in.
    places text[] not null,
    urgency text not null,
    level text not null,
    state text not null check (state in ('open', 'resolved', 'closed')),
    -- How it was closed.
    ending text,
    cycle integer not null check (cycle > 0),
    received_at timestamptz not null,
    -- The promise to the requester, of the running cycle.
    due timestamptz,
    provisional boolean not null,
    -- Where the work of the running cycle lies, and who claimed it.
    department text,
    post text,
    holder uuid,
    -- The highest rung that was told in the running cycle; 0 for none.
    rung smallint not null default 0,
    -- Who stands in a relation to it.
    first_receiver uuid not null,
    reporters uuid[] not null,
    departments text[] not null default '{}',
    workers uuid[] not null default '{}',
    -- Posts to which a rung was told.
    told text[] not null default '{}'
) with (fillfactor = 80);

create index board_case_newest on portal.board_case (received_at desc, key desc);
create index board_case_open on portal.board_case (received_at desc, key desc)
    where state <> 'closed';

-- Every step of every service with a case, from their events.
create table portal.timeline (
    key uuid not null,
    source text not null,
    sequence bigint not null check (sequence > 0),
    event uuid not null,
    -- When it happened, in its service's time.
    at timestamptz not null,
    -- Its place: not before what its service knew of then. Services' clocks may differ by a little,
    -- so this may be later than `at`; and `depth` is how many steps lead to it.
    placed_at timestamptz not null,
    depth integer not null check (depth > 0),
    -- Such as `workorder.claimed`.
    what text not null,
    -- The account that did it.
    actor uuid,
    -- The fact as it was told: ids, codes, words and times.
    detail jsonb not null,
    primary key (key, source, sequence)
);

create index timeline_place on portal.timeline (key, placed_at, depth);
