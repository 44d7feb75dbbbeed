-- Four answers stand in records under the names that the API announces, beside the codes of their questions. All in one
-- statement, so that each record is read and written once.
UPDATE ideas SET wire = wire
    || CASE WHEN STRPOS(wire, '"sub_processes":') = 0 THEN COALESCE(',"sub_processes":' || ((('{' || wire || '}')::json -> 'ovr-sub_processes')::text), '') ELSE '' END
    || CASE WHEN STRPOS(wire, '"studio_web_link":') = 0 THEN COALESCE(',"studio_web_link":' || ((('{' || wire || '}')::json -> 'ovr-overview_studio_web_link')::text), '') ELSE '' END
    || CASE WHEN STRPOS(wire, '"process_documents":') = 0 THEN COALESCE(',"process_documents":' || ((('{' || wire || '}')::json -> 'ovr-process_documents')::text), '') ELSE '' END
    || CASE WHEN STRPOS(wire, '"process_negative_impact":') = 0 THEN COALESCE(',"process_negative_impact":' || ((('{' || wire || '}')::json -> 'q2-process_negative_impact')::text), '') ELSE '' END
WHERE STRPOS(wire, '"ovr-sub_processes":') > 0
    OR STRPOS(wire, '"ovr-overview_studio_web_link":') > 0
    OR STRPOS(wire, '"ovr-process_documents":') > 0
    OR STRPOS(wire, '"q2-process_negative_impact":') > 0;
