-- Whose matter it is instead, as its requester was told: of a case that ended so, or of a contact.
create table intake.referrals (
    -- The case or the contact.
    about uuid primary key,
    department text not null,
    -- Where in the department.
    place text,
    -- Whom to ask there, sealed as the case's or the contact's words are.
    person bytea
);
