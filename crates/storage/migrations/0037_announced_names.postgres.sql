-- Four answers stand in records under the names that the API announces, beside the codes of their questions.
UPDATE ideas SET wire = COALESCE(wire || ',"sub_processes":' || ((('{' || wire || '}')::json -> 'ovr-sub_processes')::text), wire)
WHERE STRPOS(wire, '"ovr-sub_processes":') > 0 AND STRPOS(wire, '"sub_processes":') = 0;
UPDATE ideas SET wire = COALESCE(wire || ',"studio_web_link":' || ((('{' || wire || '}')::json -> 'ovr-overview_studio_web_link')::text), wire)
WHERE STRPOS(wire, '"ovr-overview_studio_web_link":') > 0 AND STRPOS(wire, '"studio_web_link":') = 0;
UPDATE ideas SET wire = COALESCE(wire || ',"process_documents":' || ((('{' || wire || '}')::json -> 'ovr-process_documents')::text), wire)
WHERE STRPOS(wire, '"ovr-process_documents":') > 0 AND STRPOS(wire, '"process_documents":') = 0;
UPDATE ideas SET wire = COALESCE(wire || ',"process_negative_impact":' || ((('{' || wire || '}')::json -> 'q2-process_negative_impact')::text), wire)
WHERE STRPOS(wire, '"q2-process_negative_impact":') > 0 AND STRPOS(wire, '"process_negative_impact":') = 0;
