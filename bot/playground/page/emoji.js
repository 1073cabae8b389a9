// The short codes of common emoji; a code that is not here is shown as it was written.

const TABLE = `
+1 👍 -1 👎 thumbsup 👍 thumbsdown 👎 wave 👋 clap 👏 raised_hands 🙌 pray 🙏 muscle 💪 ok_hand 👌
point_right 👉 point_left 👈 point_up ☝️ point_down 👇 handshake 🤝 writing_hand ✍️ eyes 👀 brain 🧠
smile 😄 smiley 😃 grinning 😀 slightly_smiling_face 🙂 blush 😊 wink 😉 joy 😂 sweat_smile 😅
thinking_face 🤔 thinking 🤔 neutral_face 😐 confused 😕 worried 😟 cry 😢 sob 😭 sunglasses 😎
heart_eyes 😍 hugging_face 🤗 relieved 😌 sleeping 😴 robot_face 🤖 robot 🤖 ghost 👻 tired_face 😫
heart ❤️ green_heart 💚 blue_heart 💙 yellow_heart 💛 purple_heart 💜 orange_heart 🧡
star ⭐ star2 🌟 sparkles ✨ fire 🔥 zap ⚡ boom 💥 tada 🎉 confetti_ball 🎊 trophy 🏆 medal 🏅
sports_medal 🏅 dart 🎯 rocket 🚀 seedling 🌱 herb 🌿 deciduous_tree 🌳 evergreen_tree 🌲 leaves 🍃
sunny ☀️ sunrise 🌅 partly_sunny ⛅ cloud ☁️ umbrella ☔ snowflake ❄️ rainbow 🌈 moon 🌔 ocean 🌊
calendar 📆 date 📅 spiral_calendar_pad 🗓️ clock1 🕐 clock3 🕒 clock9 🕘 alarm_clock ⏰ stopwatch ⏱️
hourglass ⌛ hourglass_flowing_sand ⏳ watch ⌚ bell 🔔 no_bell 🔕 mega 📣 loudspeaker 📢 zzz 💤
bulb 💡 memo 📝 pencil 📝 pencil2 ✏️ clipboard 📋 book 📖 books 📚 bookmark 🔖 notebook 📓 label 🏷️
open_book 📖 newspaper 📰 page_facing_up 📄 file_folder 📁 open_file_folder 📂 card_index_dividers 🗂️
bar_chart 📊 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 mag 🔍 mag_right 🔎
link 🔗 paperclip 📎 pushpin 📌 round_pushpin 📍 triangular_flag_on_post 🚩 checkered_flag 🏁
lock 🔒 unlock 🔓 key 🔑 shield 🛡️ wrench 🔧 hammer 🔨 hammer_and_wrench 🛠️ gear ⚙️ toolbox 🧰
hospital 🏥 briefcase 💼 moneybag 💰 money_with_wings 💸 dollar 💵 euro 💶 bank 🏦 office 🏢
school 🏫 mortar_board 🎓 computer 💻 iphone 📱 email 📧 envelope ✉️ inbox_tray 📥 outbox_tray 📤
package 📦 speech_balloon 💬 thought_balloon 💭 question ❓ grey_question ❔ exclamation ❗ bangbang ‼️
warning ⚠️ no_entry ⛔ no_entry_sign 🚫 x ❌ heavy_check_mark ✔️ white_check_mark ✅ ballot_box_with_check ☑️
heavy_plus_sign ➕ heavy_minus_sign ➖ arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️
arrow_forward ▶️ double_vertical_bar ⏸️ pause_button ⏸️ fast_forward ⏩ repeat 🔁 arrows_counterclockwise 🔄
twisted_rightwards_arrows 🔀 information_source ℹ️ recycle ♻️ red_circle 🔴 large_orange_circle 🟠
large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 white_circle ⚪ black_circle ⚫
white_large_square ⬜ black_large_square ⬛ large_green_square 🟩 one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣
six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ keycap_ten 🔟 coffee ☕ tea 🍵 pizza 🍕 cake 🍰 bread 🍞 apple 🍎
car 🚗 train 🚆 airplane ✈️ bike 🚲 house 🏠 world_map 🗺️ compass 🧭 mountain ⛰️ earth_africa 🌍
busts_in_silhouette 👥 bust_in_silhouette 👤 speaking_head_in_silhouette 🗣️ puzzle_piece 🧩 jigsaw 🧩
scales ⚖️ balance_scale ⚖️ test_tube 🧪 microscope 🔬 telescope 🔭 crystal_ball 🔮 game_die 🎲 art 🎨
`;

const words = TABLE.trim().split(/\s+/);
const codes = new Map();
for (let i = 0; i < words.length; i += 2) codes.set(words[i], words[i + 1]);

/** Give the emoji of a short code without its colons, or undefined. */
export const emoji = (code) => codes.get(code);

/** Replace the short codes in a plain text. */
export const withEmoji = (text) =>
  text.replace(/:([a-z0-9_+-]{1,50}):/g, (whole, code) => codes.get(code) ?? whole);
