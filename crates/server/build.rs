//! Collects the files browsers load: our own from `assets/`, the kit's from `node_modules`, and a sprite of the
//! icons that templates name. Each gets an address that changes with its content, listed in `OUT_DIR/assets.rs`.

use std::collections::BTreeSet;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

/// Constant, file name as served, and where the package keeps it.
const THIRD_PARTY: [(&str, &str, &str); 4] = [
    ("TABLER_CSS", "tabler.css", "@tabler/core/dist/css/tabler.min.css"),
    ("HTMX_JS", "htmx.js", "htmx.org/dist/htmx.min.js"),
    ("SWAGGER_CSS", "swagger-ui.css", "swagger-ui-dist/swagger-ui.css"),
    ("SWAGGER_JS", "swagger-ui.js", "swagger-ui-dist/swagger-ui-bundle.js"),
];

/// What stands directly before an icon's name, in a template or in Rust.
const ICON_MARKS: [&str; 4] = ["icon(\"", "icon_l(\"", "icon: \"", "ICONS }}#"];

struct Asset {
    constant: String,
    name: String,
    version: String,
    content: Vec<u8>,
}

struct Folders {
    server: PathBuf,
    node_modules: PathBuf,
    out: PathBuf,
}

fn main() {
    if let Err(message) = run() {
        println!("cargo::error={message}");
        std::process::exit(1);
    }
}

fn run() -> Result<(), String> {
    let folders = Folders::find()?;
    let mut assets = third_party(&folders)?;
    assets.extend(own(&folders.server.join("assets"))?);
    assets.push(sprite(&folders)?);
    assets.sort_by(|a, b| a.constant.cmp(&b.constant));
    write_table(&assets, &folders.out)
}

impl Folders {
    fn find() -> Result<Self, String> {
        let server = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
        let root = server.join("../..");
        let node_modules = root.join("node_modules");
        for watched in [
            server.join("assets"),
            server.join("templates"),
            server.join("src"),
            root.join("package-lock.json"),
        ] {
            println!("cargo::rerun-if-changed={}", watched.display());
        }
        // npm rewrites this file whenever it changes the folder; watching all the packages' files would be slow.
        println!("cargo::rerun-if-changed={}", node_modules.join(".package-lock.json").display());
        let out = PathBuf::from(variable("OUT_DIR")?);
        Ok(Self { server, node_modules, out })
    }
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set: this script is run by cargo"))
}

fn third_party(folders: &Folders) -> Result<Vec<Asset>, String> {
    THIRD_PARTY
        .iter()
        .map(|(constant, name, path)| {
            let path = folders.node_modules.join(path);
            let content = fs::read(&path).map_err(|_| missing_packages())?;
            let content = without_source_map(content);
            let version = version_of([content.as_slice()]);
            Ok(Asset { constant: (*constant).to_owned(), name: (*name).to_owned(), version, content })
        })
        .collect()
}

fn missing_packages() -> String {
    "the browser files are not there or out of date: run `npm ci` in the repository root".to_owned()
}

/// The maps are not shipped, and a browser's developer tools would ask for them.
fn without_source_map(mut content: Vec<u8>) -> Vec<u8> {
    let tail = content.len().saturating_sub(200);
    let mark = b"# sourceMappingURL=";
    let found = content.get(tail..).and_then(|end| end.windows(mark.len()).position(|window| window == mark));
    if let Some(position) = found {
        content.truncate(tail + position.saturating_sub(2));
    }
    content
}

/// Our own files. All modules share one version, so that they can import each other by relative address.
fn own(folder: &Path) -> Result<Vec<Asset>, String> {
    let mut files = Vec::new();
    for path in files_below(folder)? {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        files.push((name, read(&path)?.into_bytes()));
    }
    let is_module = |name: &str| has_extension(name, "js");
    let modules =
        version_of(files.iter().filter(|(name, _)| is_module(name)).map(|(_, content)| content.as_slice()));
    let asset = |(name, content): (String, Vec<u8>)| {
        let version = if is_module(&name) { modules.clone() } else { version_of([content.as_slice()]) };
        Asset { constant: constant_for(&name), name, version, content }
    };
    Ok(files.into_iter().map(asset).collect())
}

/// `api-doc.js` becomes `API_DOC_JS`; a picture goes without its extension: `favicon.svg` becomes `FAVICON`.
fn constant_for(name: &str) -> String {
    name.trim_end_matches(".svg").to_uppercase().replace(['-', '.'], "_")
}

fn sprite(folders: &Folders) -> Result<Asset, String> {
    let mut names = BTreeSet::new();
    for folder in ["templates", "src"] {
        for path in files_below(&folders.server.join(folder))? {
            collect_icons(&read(&path)?, &mut names);
        }
    }
    let mut sprite = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><!-- Tabler Icons, MIT License, (c) Pawe\u{142} Kuna -->\n",
    );
    for name in &names {
        let symbol = symbol(&folders.node_modules, name)?;
        let _ = writeln!(sprite, "<symbol id=\"{name}\" viewBox=\"0 0 24 24\">{symbol}</symbol>");
    }
    sprite.push_str("</svg>\n");
    let content = sprite.into_bytes();
    let version = version_of([content.as_slice()]);
    Ok(Asset { constant: "ICONS".to_owned(), name: "icons.svg".to_owned(), version, content })
}

fn collect_icons(text: &str, names: &mut BTreeSet<String>) {
    for mark in ICON_MARKS {
        for (position, _) in text.match_indices(mark) {
            let before = text.get(..position).and_then(|start| start.chars().next_back());
            if before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_') {
                continue;
            }
            let name = text.get(position + mark.len()..).and_then(|rest| rest.split('"').next());
            // The macros themselves put an expression behind the mark.
            if let Some(name) = name.filter(|name| !name.starts_with("{{")) {
                names.insert(name.to_owned());
            }
        }
    }
}

/// The drawing inside one icon's file, without the frame every icon has.
fn symbol(node_modules: &Path, name: &str) -> Result<String, String> {
    let icons = node_modules.join("@tabler/icons/icons/outline");
    if !icons.is_dir() {
        return Err(missing_packages());
    }
    let unknown = || format!("there is no outline icon named \"{name}\" in @tabler/icons");
    let text = fs::read_to_string(icons.join(format!("{name}.svg"))).map_err(|_| unknown())?;
    let body = text.split_once("<svg").and_then(|(_, rest)| rest.split_once('>')).ok_or_else(unknown)?.1;
    let body = body.split("</svg>").next().unwrap_or_default();
    Ok(body.lines().map(str::trim).filter(|line| !line.contains("M0 0h24v24H0z")).collect())
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for entry in entries {
            let path = entry.map_err(|error| error.to_string())?.path();
            let is_folder = path.is_dir();
            if is_folder { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == extension)
}

/// FNV-1a: any change of content must change the address; nobody has to be kept from finding a collision.
fn version_of<'a>(contents: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in contents.into_iter().flatten() {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("{hash:016x}")
}

fn write_table(assets: &[Asset], out: &Path) -> Result<(), String> {
    let mut table = String::new();
    let mut rows = String::new();
    for asset in assets {
        let Asset { constant, name, version, .. } = asset;
        let stem = format!("{version}-{name}");
        let packed = out.join(format!("{stem}.gz"));
        // Packing is the slow part and this script runs after every edit: a name with a version never goes stale.
        if !packed.is_file() {
            let unfinished = out.join("unfinished.gz");
            save(&unfinished, &gzip(&asset.content)?)?;
            fs::rename(&unfinished, &packed).map_err(|error| error.to_string())?;
        }
        let _ = writeln!(
            table,
            "/// Address of `{name}`.\npub const {constant}: &str = \"/assets/{version}/{name}\";"
        );
        let content_type = content_type(name)?;
        let gzip = format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{stem}.gz\"))");
        let _ = writeln!(
            rows,
            "    Asset {{ path: {constant}, content_type: {content_type:?}, gzip: {gzip}, plain: OnceLock::new() }},"
        );
    }
    let _ = write!(table, "\nstatic ASSETS: [Asset; {}] = [\n{rows}];\n", assets.len());
    save(&out.join("assets.rs"), table.as_bytes())
}

fn save(path: &Path, content: &[u8]) -> Result<(), String> {
    fs::write(path, content).map_err(|error| format!("{}: {error}", path.display()))
}

fn gzip(content: &[u8]) -> Result<Vec<u8>, String> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(7));
    encoder.write_all(content).and_then(|()| encoder.finish()).map_err(|error| error.to_string())
}

fn content_type(name: &str) -> Result<&'static str, String> {
    match name.rsplit('.').next() {
        Some("css") => Ok("text/css; charset=utf-8"),
        Some("js") => Ok("text/javascript; charset=utf-8"),
        Some("svg") => Ok("image/svg+xml"),
        _ => Err(format!("assets/{name}: only .css, .js and .svg files are served")),
    }
}
