import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;
import org.apache.velocity.tools.generic.EscapeTool;
import org.apache.velocity.tools.generic.MathTool;

/** Renders cases with Apache Velocity: one JSON object a line in, one a line out. */
public class Render {
    public static void main(String[] args) throws Exception {
        VelocityEngine engine = new VelocityEngine();
        engine.setProperty(
                "runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
        engine.init();
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            Map<?, ?> one = (Map<?, ?>) new Json(line).value();
            out.println(render(engine, (String) one.get("template"), (Map<?, ?>) one.get("context")));
        }
        out.flush();
    }

    /** The output as {"text":...}, or the failure as {"error":...}. */
    static String render(VelocityEngine engine, String template, Map<?, ?> values) {
        VelocityContext context = new VelocityContext();
        context.put("esc", new EscapeTool());
        context.put("math", new MathTool());
        for (Map.Entry<?, ?> each : values.entrySet()) {
            context.put((String) each.getKey(), each.getValue());
        }
        StringWriter writer = new StringWriter();
        try {
            engine.evaluate(context, writer, "case", template);
            return "{\"text\":" + Json.quote(writer.toString()) + "}";
        } catch (Exception | StackOverflowError error) {
            return "{\"error\":" + Json.quote(String.valueOf(error)) + "}";
        }
    }

    /** As much JSON as the cases need, with the types that Java programs commonly read it into. */
    static final class Json {
        private final String text;
        private int at;

        Json(String text) {
            this.text = text;
        }

        Object value() {
            char c = text.charAt(at);
            switch (c) {
                case '{': return object();
                case '[': return list();
                case '"': return string();
                case 't': at += 4; return Boolean.TRUE;
                case 'f': at += 5; return Boolean.FALSE;
                case 'n': at += 4; return null;
                default: return number();
            }
        }

        private Map<String, Object> object() {
            Map<String, Object> map = new LinkedHashMap<>();
            for (at++; text.charAt(at) != '}'; skipComma()) {
                String key = string();
                at++;
                map.put(key, value());
            }
            at++;
            return map;
        }

        private List<Object> list() {
            List<Object> list = new ArrayList<>();
            for (at++; text.charAt(at) != ']'; skipComma()) {
                list.add(value());
            }
            at++;
            return list;
        }

        private void skipComma() {
            if (text.charAt(at) == ',') at++;
        }

        private Object number() {
            int from = at;
            while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) at++;
            String digits = text.substring(from, at);
            if (digits.matches("-?[0-9]+")) {
                long value = Long.parseLong(digits);
                if (value == (int) value) return (int) value;
                return value;
            }
            return Double.valueOf(digits);
        }

        private String string() {
            StringBuilder made = new StringBuilder();
            for (at++; text.charAt(at) != '"'; at++) {
                char c = text.charAt(at);
                if (c != '\\') {
                    made.append(c);
                    continue;
                }
                c = text.charAt(++at);
                switch (c) {
                    case 'n': made.append('\n'); break;
                    case 'r': made.append('\r'); break;
                    case 't': made.append('\t'); break;
                    case 'b': made.append('\b'); break;
                    case 'f': made.append('\f'); break;
                    case 'u':
                        made.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
                        at += 4;
                        break;
                    default: made.append(c);
                }
            }
            at++;
            return made.toString();
        }

        static String quote(String text) {
            StringBuilder made = new StringBuilder("\"");
            for (char c : text.toCharArray()) {
                if (c == '"' || c == '\\') made.append('\\').append(c);
                else if (c < ' ') made.append(String.format("\\u%04x", (int) c));
                else made.append(c);
            }
            return made.append('"').toString();
        }
    }
}
