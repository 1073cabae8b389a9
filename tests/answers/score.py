#!/usr/bin/env python3
"""Score the answer quality of an FAQ bot on held-out user queries.

Needs Python >= 3.9 and PyYAML, nothing else, no network.

    python faq_score.py --data public.yaml --call mypkg.adapter:answer
    python faq_score.py --data other.yaml --topics topics.yaml --proc "python -m bot.faq_jsonl"
    python faq_score.py --selftest topics.yaml selftest.yaml

ADAPTER (either of)
  --call MODULE:FUNC   FUNC(query: str) returns
        None                              the bot says "I do not know"
        [text, text, ...]                 ranked answers; the first is what the user sees
        {"kind": "answer" | "choices" | "none",
         "answers": [text, ...],          ranked full answer texts.  For "choices" (did you mean)
                                          they are the answers BEHIND the offered buttons, in order.
                                          For "none" they may still be given: they are then used for
                                          the retrieval-only numbers and never count as shown.
         "suggestions": [str, ...],       example questions offered beside an "I do not know"
        "reply": str}                    optional: the whole text of an "I do not know" (checked for
                                         a pointer to help on the self-harm queries)
  --proc "COMMAND"     a process that reads one JSON object a line, {"id": ..., "query": ...}, and
                       answers one JSON object a line, flushed: the dict above (an "id" is ignored).
The text judged is what the user would read (Slack mrkdwn is fine): title + body.  A wording is
right when it shows the EVIDENCE of one of the topics that the query accepts; see README.md.
"""
from __future__ import annotations
import argparse, html, importlib, json, math, os, re, shlex, subprocess, sys, time, unicodedata
from collections import defaultdict
import yaml

MAX_CHARS = 2800      # a longer answer does not fit one Slack section block (limit 3,000): not right
MAX_BREADTH = 20      # an answer that shows the evidence of more topics than this is a content dump: not right

# ------------------------------------------------------------------ normalisation
_NUM = {w: str(i) for i, w in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty".split())}
_NUM.update(thirty="30", forty="40", fifty="50", sixty="60", seventy="70", eighty="80", ninety="90")
_DASH = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
_APOS = dict.fromkeys(map(ord, "'\u2018\u2019\u201a\u201b\u2032\u00b4`"), None)
_N = r"(\d+(?:\.\d+)?)"


def norm(s: str) -> str:
    """Lower case, ASCII, one spelling for dashes, money, per cent, ranges and small numbers."""
    s = html.unescape(s)
    s = re.sub(r"<[@#!][^>]*>", " ", s)                          # <@U1>, <#C1|x>, <!here>
    s = re.sub(r"<(?:https?|mailto):[^|>]*\|([^>]*)>", r"\1", s)  # <url|label>
    s = re.sub(r"<(?:https?|mailto):[^>]*>", " ", s)
    s = re.sub(r"(?<![\w:]):[a-z][a-z0-9_+'-]*:(?![\w:])", " ", s)      # :emoji:
    s = s.translate(_DASH).translate(_APOS)
    s = unicodedata.normalize("NFKD", s)
    s = "".join(c for c in s if not unicodedata.combining(c)).lower()
    s = re.sub(r"\b(?:%s)\b" % "|".join(_NUM), lambda m: _NUM[m.group()], s)
    s = re.sub(r"(?:us|u\.s\.)?\s?[$\u20ac\u00a3]|\busd\b", " ", s)
    s = re.sub(r"(\d),(\d{3})(?!\d)", r"\1\2", s)
    s = re.sub(r"\b(\d{1,3})000\b", r"\1k", s)
    s = re.sub(_N + r"\s?(?:thousand|grand)\b", r"\1k", s)
    s = re.sub(_N + r"\s?(?:million|mio|mn)\b", r"\1m", s)
    s = re.sub(_N + r"\s?k\b", r"\1k", s)
    s = re.sub(_N + r"\s?(?:per\s?cent|percent|pct|%)", r"\1%", s)
    s = re.sub(r"(\d)\s?(mo|mos|mth|mths)\b", r"\1 months", s)
    s = re.sub(r"(\d)\s?(wks?|hrs?|ms)\b", lambda m: m[1] + " " + {"w": "weeks", "h": "hours", "m": "ms"}[m[2][0]], s)
    s = re.sub(r"[*_~|+<>=\"\u201c\u201d\u201e()\[\]{}!?;:,#\u2022\u00b7\u2192\u2248\u2265\u2264/\\]|\.(?!\d)|(?<!\d)\.", " ", s)
    s = s.replace("&", " and ")
    s = re.sub(r"\s+", " ", s)
    s = re.sub(r"\b(\d+) (month|week|day|hour|round|year)s? ?(?:-|to|and|or) ?(\d+) \2", r"\1-\3 \2", s)
    s = re.sub(r"\bbetween " + _N + r"(k|m|%)? and " + _N + r"(k|m|%)?", lambda m: f"{m[1]}-{m[3]}{m[4] or m[2] or ''}", s)
    s = re.sub(_N + r"(k|m|%)? ?(?:-|\bto\b|\bthrough\b|\bup to\b) ?" + _N + r"(k|m|%)?(?![\w])",
               lambda m: f"{m[1]}-{m[3]}{m[4] or m[2] or ''}", s)
    s = re.sub(r"(?<!\d)-|-(?!\d)", " ", s)
    return re.sub(r"\s+", " ", s).strip()


# ------------------------------------------------------------------ evidence language
def _phrase(p: str):
    """One alternative.  'word*' = prefix, 'a & b' = both anywhere, 'a .. b' = b within 60 characters
    after a, 're:...' = a regular expression on the normalised text."""
    p = p.strip()
    if p.startswith("re:"):
        return [re.compile(p[3:])]
    out = []
    for part in p.split(" & "):
        segs = []
        for seg in part.split(" .. "):
            ws = []
            for w in seg.split():
                star = w.endswith("*")
                n = norm(w[:-1] if star else w)
                if n:
                    ws.append(re.escape(n) + (r"[\w.]*" if star else ""))
            segs.append(" ".join(ws))
        tail = "" if part.rstrip().endswith("*") else r"(?:e?s)?(?![\w])"
        out.append(re.compile(r"(?<![\w.])" + r"\b.{0,60}?\b".join(segs) + tail))
    return out


def _group(g: str):
    """Alternatives are separated by ' | ' (a regular expression may hold '|' without blanks)."""
    return [_phrase(a) for a in g.split(" | ")]


class Topic:
    def __init__(self, d: dict):
        self.id, self.q = d["id"], d.get("q", "")
        self.also = list(d.get("also", []))
        self.must = [_group(g) for g in d.get("must", [])]
        self.any = [_group(g) for g in d.get("any", [])]
        self.need = d.get("need", len(self.any))
        self.conflict = [_group(g) for g in d.get("conflict", [])]

    @staticmethod
    def _hit(group, t):
        return any(all(rx.search(t) for rx in alt) for alt in group)

    def shown(self, t: str) -> bool:                 # t is normalised
        return all(self._hit(g, t) for g in self.must) and sum(self._hit(g, t) for g in self.any) >= self.need

    def balanced(self, t: str) -> bool:
        return all(self._hit(g, t) for g in self.conflict)


def load_topics(path_or_list):
    d = path_or_list
    if isinstance(d, str):
        d = yaml.safe_load(open(d, encoding="utf-8"))
        d = d["topics"] if isinstance(d, dict) else d
    return {t["id"]: Topic(t) for t in d}


# ------------------------------------------------------------------ adapters
class ProcAdapter:
    def __init__(self, cmd):
        self.p = subprocess.Popen(shlex.split(cmd), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        self.n = 0

    def __call__(self, q):
        self.n += 1
        self.p.stdin.write(json.dumps({"id": self.n, "query": q}, ensure_ascii=False) + "\n")
        self.p.stdin.flush()
        line = self.p.stdout.readline()
        if not line:
            raise RuntimeError("the adapter process ended")
        return json.loads(line)

    def close(self):
        self.p.stdin.close()
        self.p.wait(timeout=10)


def call_adapter(spec):
    mod, _, fn = spec.partition(":")
    sys.path.insert(0, os.getcwd())
    return getattr(importlib.import_module(mod), fn or "answer")


def canon(r):
    """Anything an adapter may return -> (kind, answers, suggestions, reply)."""
    if r is None:
        return "none", [], [], ""
    if isinstance(r, str):
        return "answer", [r], [], ""
    if isinstance(r, (list, tuple)):
        return ("answer", list(r), [], "") if r else ("none", [], [], "")
    kind = r.get("kind") or ("answer" if r.get("answers") else "none")
    if kind not in ("answer", "choices", "none"):
        raise ValueError(f"kind must be answer, choices or none, not {kind!r}")
    return kind, list(r.get("answers") or []), list(r.get("suggestions") or []), r.get("reply") or ""


HELP = re.compile(r"\b(988|crisis|help ?line|hot ?line|lifeline|emergency|samaritans|reach out|talk to (someone|a)|support line)\b", re.I)
NASTY = ["", " ", "\n", "?", "*", "<@U0BOT>", ":wave:", "\x00", "\u200b", "\u202eabc", "\U0001F600" * 50, "a" * 10000,
         "how do I become an AI PM " * 400, "' OR 1=1 --", '" OR * NEAR(', "(((((", "[a-z", "%s %d {0} {x}", "../../etc/passwd",
         "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35", "\u4f60\u597d", "e\u0301" * 100, "<https://example.com|x>", "&lt;&gt;&amp;", "NULL", "123456789" * 30]


def robustness(ask):
    """Every nasty input must come back without an exception, within a second, and not as a direct answer."""
    bad = []
    for q in NASTY:
        t0 = time.perf_counter()
        try:
            kind = canon(ask(q))[0]
        except Exception as e:                     # noqa: BLE001 - the point of the check
            bad.append((q[:30], f"{type(e).__name__}: {e}"[:80]))
            continue
        if time.perf_counter() - t0 > 1:
            bad.append((q[:30], "slower than 1 s"))
        elif kind == "answer" and not q.startswith("how do I"):
            bad.append((q[:30], "answered"))
    return bad


# ------------------------------------------------------------------ scoring
def wilson(k, n, z=1.96):
    if not n:
        return (0.0, 0.0)
    p = k / n
    d = 1 + z * z / n
    c = p + z * z / (2 * n)
    h = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return ((c - h) / d, (c + h) / d)


def score(queries, topics, ask):
    rows, cache = [], {}

    def judge(text, accept):
        key = text
        if key not in cache:
            t = norm(text)
            cache[key] = (frozenset(i for i, T in topics.items() if T.shown(t)), t)
        shown, t = cache[key]
        if len(text) > MAX_CHARS or len(shown) > MAX_BREADTH:
            return False, shown, t
        return bool(shown & accept), shown, t

    for q in queries:
        t0 = time.perf_counter()
        r = ask(q["q"])
        ms = (time.perf_counter() - t0) * 1e3
        kind, answers, sugg, reply = canon(r)
        row = dict(id=q["id"], q=q["q"], expect=q["expect"], diff=q.get("difficulty", "medium"), style=q.get("style", ""),
                   group=q.get("group", ""), kind=kind, ms=ms, sugg=bool(sugg), seen=q.get("topic_seen"), n=len(answers))
        if q["expect"] == "answer":
            accept = set(q["topics"])
            for t in q["topics"]:
                accept.update(topics[t].also)
            oks = [judge(a, accept) for a in answers[:10]]
            rank = next((i + 1 for i, o in enumerate(oks) if o[0]), 0)
            row["rank"] = rank
            row["abstain_ok"] = bool(q.get("abstain_ok"))
            row["top"] = sorted(oks[0][1]) if oks else []
            row["chars"] = len(answers[0]) if answers else 0
            row["breadth"] = len(oks[0][1]) if oks else 0
            conf = [topics[t] for t in q["topics"] if topics[t].conflict]
            if conf and rank == 1 and kind == "answer":
                row["balanced"] = any(c.balanced(oks[0][2]) for c in conf)
        elif q.get("group") == "sensitive" and re.search(r"kill myself|ending it all|can't go on|cutting myself", q["q"]):
            row["help"] = bool(HELP.search(reply))
        rows.append(row)
    return rows


def summarise(rows):
    ins = [r for r in rows if r["expect"] == "answer" and not r["abstain_ok"]]
    soft = [r for r in rows if r["expect"] == "answer" and r["abstain_ok"]]
    oos = [r for r in rows if r["expect"] == "none"]

    def ins_stats(rs):
        n = len(rs)
        if not n:
            return None
        t1 = sum(r["kind"] == "answer" and r["rank"] == 1 for r in rs)
        t3 = sum(r["kind"] in ("answer", "choices") and 1 <= r["rank"] <= 3 for r in rs)
        mrr = sum(1 / r["rank"] for r in rs if r["kind"] != "none" and r["rank"]) / n
        direct = [r for r in rs if r["kind"] == "answer"]
        lo, hi = wilson(t1, n)
        return dict(n=n, top1=t1 / n, top1_ci=(round(lo, 3), round(hi, 3)), top3=t3 / n, mrr=mrr,
                    direct=len(direct) / n, choices=sum(r["kind"] == "choices" for r in rs) / n,
                    none=sum(r["kind"] == "none" for r in rs) / n,
                    direct_precision=(t1 / len(direct)) if direct else 0.0,
                    wrong_direct=(len(direct) - t1) / n,
                    retrieval_top1=sum(r["rank"] == 1 for r in rs) / n,
                    retrieval_top3=sum(1 <= r["rank"] <= 3 for r in rs) / n,
                    retrieval_mrr=sum(1 / r["rank"] for r in rs if r["rank"]) / n)

    def oos_stats(ins_, oos_):
        if not oos_:
            return None
        none_o = sum(r["kind"] == "none" for r in oos_)
        none_i = sum(r["kind"] == "none" for r in ins_)
        soft_o = sum(r["kind"] != "answer" for r in oos_)
        p = none_o / (none_o + none_i) if none_o + none_i else 0.0
        rec = none_o / len(oos_)
        return dict(n=len(oos_), recall=rec, recall_or_choices=soft_o / len(oos_), precision=p,
                    f1=2 * p * rec / (p + rec) if p + rec else 0.0,
                    false_answers=sum(r["kind"] == "answer" for r in oos_) / len(oos_),
                    with_suggestions=(sum(r["kind"] == "none" and r["sugg"] for r in oos_) / none_o) if none_o else 0.0)

    util = 0.0
    for r in ins:
        util += {"answer": 1 if r["rank"] == 1 else -1, "choices": .5 if 1 <= r["rank"] <= 3 else -.25, "none": 0}[r["kind"]]
    for r in oos:
        util += {"answer": -1, "choices": .25, "none": 1}[r["kind"]]
    by = lambda rs, k: {v: ins_stats([r for r in rs if r[k] == v]) for v in sorted({str(r[k]) for r in rs})}
    for r in ins:
        r["seen"] = str(r["seen"])
    lat = sorted(r["ms"] for r in rows)
    pc = lambda p: lat[min(len(lat) - 1, int(len(lat) * p))] if lat else 0
    bal = [r["balanced"] for r in rows if "balanced" in r]
    og = {}
    for g in sorted({r["group"] for r in oos}):
        rs = [r for r in oos if r["group"] == g]
        og[g] = dict(n=len(rs), none=sum(r["kind"] == "none" for r in rs) / len(rs), answered=sum(r["kind"] == "answer" for r in rs) / len(rs))
    return dict(in_scope=ins_stats(ins), oos=oos_stats(ins, oos), utility=util / max(1, len(ins) + len(oos)),
                either=dict(n=len(soft), ok=sum(r["kind"] != "answer" or r["rank"] == 1 for r in soft) / len(soft)) if soft else None,
                conflict_balanced=dict(n=len(bal), share=sum(bal) / len(bal)) if bal else None,
                by_difficulty=by(ins, "diff"), by_style=by(ins, "style"), by_topic_seen=by(ins, "seen"), oos_groups=og,
                latency_ms=dict(p50=pc(.5), p95=pc(.95), p99=pc(.99), max=lat[-1] if lat else 0),
                self_harm_points_to_help=[r["help"] for r in rows if "help" in r] or None,
                answer_topics_mean=sum(r.get("breadth", 0) for r in ins) / max(1, len(ins)),
                answer_chars_median=sorted([r.get("chars", 0) for r in ins])[len(ins) // 2] if ins else 0)


def report(s):
    o = []
    f = lambda x: f"{100 * x:5.1f}"
    i, x = s["in_scope"], s["oos"]
    o.append(f"in scope n={i['n']}  top-1 {f(i['top1'])}  (95% CI {f(i['top1_ci'][0])}-{f(i['top1_ci'][1])})  top-3 {f(i['top3'])}  MRR {i['mrr']:.3f}")
    o.append(f"   direct {f(i['direct'])}  choices {f(i['choices'])}  none {f(i['none'])}  wrong direct {f(i['wrong_direct'])}  precision of direct {f(i['direct_precision'])}")
    o.append(f"   retrieval only (abstention ignored): top-1 {f(i['retrieval_top1'])}  top-3 {f(i['retrieval_top3'])}  MRR {i['retrieval_mrr']:.3f}")
    if x:
        o.append(f"out of scope n={x['n']}  recall {f(x['recall'])}  precision {f(x['precision'])}  F1 {f(x['f1'])}  answered wrongly {f(x['false_answers'])}  none+choices {f(x['recall_or_choices'])}  with suggestions {f(x['with_suggestions'])}")
        o.append("   by group: " + "  ".join(f"{g} {f(v['none']).strip()}%/{v['n']}" for g, v in s["oos_groups"].items()))
    o.append(f"utility {s['utility']:.3f}   conflicts told {s['conflict_balanced']}   either-ok {s['either']}")
    for name in ("by_difficulty", "by_style", "by_topic_seen"):
        o.append(name + ":  " + "   ".join(f"{k} top1 {f(v['top1']).strip()} top3 {f(v['top3']).strip()} (n={v['n']})" for k, v in s[name].items() if v))
    l = s["latency_ms"]
    o.append(f"latency ms p50 {l['p50']:.2f}  p95 {l['p95']:.2f}  p99 {l['p99']:.2f}  max {l['max']:.1f}   median answer {s['answer_chars_median']} chars, {s['answer_topics_mean']:.1f} topics an answer")
    o.append(f"self-harm queries that point to help: {s['self_harm_points_to_help']}")
    return "\n".join(o)


def load_data(path, topics_path=None):
    d = yaml.safe_load(open(path, encoding="utf-8"))
    topics = load_topics(topics_path) if topics_path else load_topics(d["topics"])
    return d["queries"], topics


def selftest(topics_path, ref_path):
    topics = load_topics(topics_path)
    refs = yaml.safe_load(open(ref_path, encoding="utf-8"))
    bad, conf, seen = 0, 0, defaultdict(list)
    for i, text in refs.items():
        t = norm(text)
        hit = {k for k, T in topics.items() if T.shown(t)}
        if i not in hit:
            bad += 1
            print("MISSED BY ITS OWN EVIDENCE:", i, "|", t)
        stray = hit - {i} - set(topics[i].also) - {k for k in hit if i in topics[k].also}
        conf += len(stray)
        for k in stray:
            seen[k].append(i)
    n = len(refs)
    print(f"{n} reference answers, {bad} not recognised; stray hits {conf} = {conf / n / max(1, n - 1) * 100:.2f}% of {n * (n - 1)} wrong pairs")
    for k, v in sorted(seen.items(), key=lambda kv: -len(kv[1])):
        if len(v) > 4:
            print("  loose evidence:", k, len(v), v[:8])
    return bad == 0


def main(argv=None):
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for o in ("--data", "--topics", "--call", "--proc"):
        ap.add_argument(o)
    ap.add_argument("--json", action="store_true")
    ap.add_argument("--failures", help="write the failed queries to this file (never publish for a held-out split)")
    ap.add_argument("--robust", action="store_true", help="also send 26 nasty inputs")
    ap.add_argument("--selftest", nargs=2, metavar=("TOPICS", "REFS"))
    a = ap.parse_args(argv)
    if a.selftest:
        return 0 if selftest(*a.selftest) else 1
    qs, topics = load_data(a.data, a.topics)
    ask = call_adapter(a.call) if a.call else ProcAdapter(a.proc)
    for q in qs[:5]:
        ask(q["q"])                                   # warm up; not measured
    rows = score(qs, topics, ask)
    s = summarise(rows)
    s["robustness"] = robustness(ask) if a.robust else None
    print(json.dumps(s, indent=1) if a.json else report(s))
    if a.robust and not a.json:
        print(f"nasty inputs: {len(NASTY) - len(s['robustness'])}/{len(NASTY)} fine", *s["robustness"])
    if a.failures:
        with open(a.failures, "w", encoding="utf-8") as fh:
            for r in rows:
                ok = (r["kind"] == "answer" and r["rank"] == 1) if r["expect"] == "answer" else r["kind"] == "none"
                if not ok:
                    fh.write(json.dumps(r, ensure_ascii=False) + "\n")
    if hasattr(ask, "close"):
        ask.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
