//! Documents of the sample ideas, with small files that are what they say.

use std::fmt::Write as _;

/// Where a document's content is.
#[derive(Clone, Copy, Debug)]
pub enum SampleDocumentContent {
    Link(&'static str),
    File {
        name: &'static str,
        media_type: &'static str,
        text: &'static str,
    },
    /// A page of lines as a PDF.
    Page {
        name: &'static str,
        lines: &'static [&'static str],
    },
}

#[derive(Clone, Copy, Debug)]
pub struct SampleDocument {
    /// Name of the idea.
    pub idea: &'static str,
    pub type_id: i64,
    pub title: &'static str,
    pub description: &'static str,
    pub content: SampleDocumentContent,
    pub author: &'static str,
    pub days_ago: u32,
}

const INVOICES: &str = "Match supplier invoices to purchase orders";
const RECEIPTS: &str = "Three-way match for goods receipts";
const LENA: &str = "lena.fischer@nordwind.test";
const AMARA: &str = "amara.okafor@nordwind.test";

const DOCUMENTS: &[SampleDocument] = &[
    SampleDocument {
        idea: INVOICES,
        type_id: 4,
        title: "How invoices are matched today",
        description: "The clerks' own instruction, as of this spring.",
        content: SampleDocumentContent::Page {
            name: "invoice-matching.pdf",
            lines: &[
                "Matching supplier invoices",
                "1. Open the PDF in the invoice tray.",
                "2. Look up the purchase order in SAP.",
                "3. Compare supplier, amount and lines.",
                "4. Post the invoice, or write to the buyer.",
                "Differences up to 5 EUR are posted without a question.",
            ],
        },
        author: LENA,
        days_ago: 28,
    },
    SampleDocument {
        idea: INVOICES,
        type_id: 7,
        title: "Invoices of one day",
        description: "What comes in on a usual Tuesday, suppliers made unrecognisable.",
        content: SampleDocumentContent::File {
            name: "invoices.csv",
            media_type: "text/csv",
            text: "supplier;invoice;order;amount;currency\n\
                S-1041;2026-0917;4500012873;1240.50;EUR\n\
                S-1041;2026-0918;4500012874;88.00;EUR\n\
                S-2207;RE 77120;4500012790;15310.00;EUR\n\
                S-3310;17/2026;;412.75;CHF\n",
        },
        author: LENA,
        days_ago: 27,
    },
    SampleDocument {
        idea: INVOICES,
        type_id: 6,
        title: "Process map",
        description: "From the tray to the posting.",
        content: SampleDocumentContent::File {
            name: "process-map.svg",
            media_type: "image/svg+xml",
            text: "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"420\" height=\"60\" font-family=\"sans-serif\" \
                font-size=\"13\">\n\
                <rect x=\"5\" y=\"10\" width=\"100\" height=\"40\" fill=\"none\" stroke=\"black\"/>\
                <text x=\"20\" y=\"35\">Open invoice</text>\n\
                <rect x=\"155\" y=\"10\" width=\"100\" height=\"40\" fill=\"none\" stroke=\"black\"/>\
                <text x=\"178\" y=\"35\">Find order</text>\n\
                <rect x=\"305\" y=\"10\" width=\"100\" height=\"40\" fill=\"none\" stroke=\"black\"/>\
                <text x=\"340\" y=\"35\">Post</text>\n\
                <path d=\"M105 30h50M255 30h50\" stroke=\"black\"/>\n</svg>\n",
        },
        author: LENA,
        days_ago: 26,
    },
    SampleDocument {
        idea: INVOICES,
        type_id: 9,
        title: "Page of the project",
        description: "Notes of the meetings with purchasing.",
        content: SampleDocumentContent::Link("https://wiki.nordwind.test/invoice-matching"),
        author: "priya.raman@nordwind.test",
        days_ago: 12,
    },
    SampleDocument {
        idea: RECEIPTS,
        type_id: 1,
        title: "Process definition",
        description: "Agreed with warehouse and purchasing.",
        content: SampleDocumentContent::Page {
            name: "process-definition.pdf",
            lines: &[
                "Three-way match for goods receipts",
                "Input: invoices blocked for a missing receipt.",
                "Every hour: look for the receipt of each blocked item.",
                "Receipt booked: release the item and note it in the log.",
                "No receipt after five days: mail to the buyer.",
            ],
        },
        author: AMARA,
        days_ago: 390,
    },
    SampleDocument {
        idea: RECEIPTS,
        type_id: 8,
        title: "Log of a run",
        description: "What the robot leaves behind each hour.",
        content: SampleDocumentContent::File {
            name: "run.txt",
            media_type: "text/plain",
            text: "09:00 started, 17 items blocked\n09:02 4500012790/10 receipt 5000233187 found, released\n\
                09:04 finished: 1 released, 16 wait\n",
        },
        author: AMARA,
        days_ago: 200,
    },
];

/// All of them.
pub fn documents() -> impl Iterator<Item = &'static SampleDocument> {
    DOCUMENTS.iter()
}

impl SampleDocumentContent {
    /// Name, media type and bytes of a file.
    pub fn file(&self) -> Option<(&'static str, &'static str, Vec<u8>)> {
        match *self {
            Self::Link(_) => None,
            Self::File { name, media_type, text } => Some((name, media_type, text.as_bytes().to_vec())),
            Self::Page { name, lines } => Some((name, "application/pdf", pdf(lines))),
        }
    }
}

/// The least PDF that readers open: one page, one font, one line below the other.
fn pdf(lines: &[&str]) -> Vec<u8> {
    let shown: Vec<String> = lines.iter().map(|line| format!("({line}) Tj 0 -20 Td")).collect();
    let text = format!("BT /F1 12 Tf 60 780 Td {} ET", shown.join(" "));
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut pdf = "%PDF-1.4\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(&objects) {
        // Writing to memory doesn't fail.
        let _ = writeln!(table, "{:010} 00000 n ", pdf.len());
        let _ = write!(pdf, "{number} 0 obj\n{object}\nendobj\n");
    }
    let start = pdf.len();
    let end = format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    (pdf + &table + &end).into_bytes()
}
