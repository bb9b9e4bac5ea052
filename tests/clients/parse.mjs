// `node parse.mjs PACKAGE` in a folder with node_modules: a feed on stdin, its items as JSON on stdout, as parse.py says them.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const name = process.argv[2];
const found = createRequire(join(process.cwd(), "here.js")).resolve(name);
const library = await import(pathToFileURL(found).href);
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const text = Buffer.concat(chunks).toString("utf8");
const isJson = text.startsWith("{");
const date = (value) => (value ? new Date(value).getTime() / 1000 : null);
const first = (value) => (Array.isArray(value) ? value[0] : value);
const said = (value) => (value && typeof value === "object" ? (value.value ?? value.text ?? value.href) : value);

const readers = {
  async "rss-parser"() {
    const feed = await new library.default().parseString(text);
    return feed.items.map((i) => ({
      id: i.guid ?? i.id, link: i.link, title: i.title, date: date(i.pubDate), content: i["content:encoded"] ?? i.content,
    }));
  },
  feedsmith() {
    const { feed } = library.parseFeed(text);
    return (feed.items ?? feed.entries).map((i) => ({
      id: said(i.guid) ?? i.id,
      link: i.link ?? i.url ?? i.links?.find((l) => !l.rel || l.rel === "alternate")?.href,
      title: said(i.title),
      date: date(i.published ?? i.pubDate ?? i.date_published),
      content: i.content?.encoded ?? said(i.content) ?? i.content_html,
    }));
  },
  feedme() {
    const parser = new library.default(true);
    parser.end(text);
    return parser.done().items.map((i) => ({
      id: said(i.guid ?? i.id), link: said(first(i.link ?? i.url)), title: said(i.title),
      date: date(i.published ?? i.pubdate ?? i.date_published),
      content: said(i["content:encoded"] ?? i.content ?? i.content_html),
    }));
  },
  "@rowanmanning/feed-parser"() {
    return library.parseFeed(text).items.map((i) => ({
      id: i.id, link: i.url, title: i.title, date: date(i.published), content: i.content,
    }));
  },
  "@extractus/feed-extractor"() {
    const options = { descriptionMaxLen: 0 };
    const feed = isJson ? library.extractFromJson(JSON.parse(text), options) : library.extractFromXml(text, options);
    return feed.entries.map((i) => ({
      id: i.id, link: i.link, title: i.title, date: date(i.published), content: i.description,
    }));
  },
};

process.stdout.write(JSON.stringify(await readers[name]()));
