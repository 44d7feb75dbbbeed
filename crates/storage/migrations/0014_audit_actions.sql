-- A token's page tells events by these names, so older rows take over the one spelling: hyphens within a word.
UPDATE audit_events SET action = CASE action
    WHEN 'token.update' THEN 'token.edit'
    WHEN 'token.create_for_user' THEN 'token.create-for-user'
    WHEN 'tenant.token_settings' THEN 'tenant.edit-token-settings'
    ELSE 'idea.change-flow' END
    WHERE action IN ('token.update', 'token.create_for_user', 'tenant.token_settings', 'idea.change_flow');
