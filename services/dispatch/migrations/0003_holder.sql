-- Who holds which post (岗), as the portal imported it.
create table dispatch.holder (
    account uuid not null,
    post text not null,
    primary key (account, post)
);
